export { readSandboxFacts, type SandboxFacts } from './facts.js';
export type { SandboxOptions } from './options.js';
export { sandboxSpec } from './sandbox-spec.js';
