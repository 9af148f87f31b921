/**
 * Hooks of a container's life: programs that its config names, run at six points with the container's state on their standard input.
 *
 * `runHooks` runs them from any program:
 *
 *     await runHooks('poststart', [{ path: '/usr/libexec/announce', timeout: 5 }], { ociVersion: '1.3.0', id: 'web', pid: 1234, bundle: '/srv/web' });
 *
 * `planHooks` gives them as ops for a program, for those that run while a container is made:
 *
 *     const { ops, sections } = planHooks({ kind: 'createRuntime', hooks, container }, { pid, sentence: buf('sentence', SENTENCE_SIZE) });
 *
 * @packageDocumentation
 */
export { type Hook, type HookKind, hookKinds, type Hooks } from './hook.js';
export { parseHooks } from './parse.js';
export { type HooksPlan, type HooksRegs, planHooks, type PlanHooksInput } from './plan.js';
export { planPoststopHooks, planPoststopUndo, type PoststopPlan } from './poststop.js';
export { type HookedState, runHooks, type RunHooksSettings } from './run.js';
export { holdSignals } from './signals.js';
export type { HookedContainer } from './state.js';
export { SENTENCE_SIZE } from './tell.js';
