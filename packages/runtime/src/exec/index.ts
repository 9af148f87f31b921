/**
 * Executing a further process in a container.
 *
 * @packageDocumentation
 */
export { execProgram } from './exec-program.js';
export { type ExecutedProcess, type GivenProcess, processLike, readProcess } from './process.js';
export { parseSubCgroups } from './sub-cgroups.js';
export { type ExecTarget, readTarget, type TargetSettings } from './target.js';
