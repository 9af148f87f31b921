/**
 * What tests share. Imported by test files only, and itself imports nothing of Standpipe, so that any
 * package's tests may use it.
 *
 *     import { bundle, leaveNothing, needs, run } from '@standpipe/test-support';
 *
 *     describe('run', () => {
 *       leaveNothing();                                  // each test: no mount, process, cgroup, state or fd stays
 *       it('prints', async function () {
 *         needs(this, 'busybox');                        // skips with the reason; in CI fails instead
 *         using made = bundle({ ociVersion: '1.3.0', … });
 *         const { code, stdout } = await run('standpipe', ['run', '--bundle', made.path, 'id']);
 *       });
 *     });
 */
export { bunExecutable } from './bun.js';
export { bundle, type Bundle, type BundleOptions } from './bundle.js';
export { difference, leaveNothing, settle, snapshot, type Allowed, type Snapshot } from './leave-nothing.js';
export { findProgram, needs, needsRoot } from './needs.js';
export { asOrdinaryUser, run, type Ran, type RunOptions } from './run.js';
export { skip } from './skip.js';
