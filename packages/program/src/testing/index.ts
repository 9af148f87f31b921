/**
 * What tests of ops need: to run them for real.
 *
 * ```ts
 * const { code, stderr } = await runOps([sys('chdir', ['/nowhere'], { say: 'change to "/nowhere"' })]);
 * // 1, 'change to "/nowhere": no such file or directory\n'
 * ```
 *
 * @packageDocumentation
 */
export { type Outcome, programOfOps, runExecutable, runOps, type RunOpsSettings, type RunSettings } from './run-ops.js';
