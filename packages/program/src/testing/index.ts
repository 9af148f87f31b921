/**
 * What tests of ops need: to run them for real, and to end them at any point.
 *
 * ```ts
 * const { code, stderr } = await runOps([sys('chdir', ['/nowhere'], { say: 'change to "/nowhere"' })]);
 * // 1, 'change to "/nowhere": no such file or directory\n'
 * ```
 *
 * @packageDocumentation
 */
export { type Outcome, programOfOps, runExecutable, runOps, type RunOpsSettings, type RunSettings } from './run-ops.js';
export { stopAfter } from './stop-after.js';
