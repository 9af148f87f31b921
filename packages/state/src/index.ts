/**
 * The state directory of containers.
 *
 * A container's program makes, records and removes its state by itself; `planState` gives the ops.
 * Everybody else reads it, and clears up after a runtime that was killed:
 *
 * ```ts
 * const plan = planState({ root, id, bundle, ociVersion: '1.3.0', foreground: true }, { pid, pidfd });
 * // … plan.create … make the process … plan.record … set it up … plan.publish … wait for its end
 *
 * readState(root, id).status;            // 'running'
 * await clearStale(root, id);            // before a container of that id is made again
 * await deleteContainer(root, id, { force: true });
 * ```
 *
 * @packageDocumentation
 */
export type { CgroupRecordPlan, RecordedScope } from './cgroups.js';
export { LOCK, stateFile } from './files.js';
export { checkContainerId, isContainerId } from './id.js';
export { planState, type PlanStateInput, type StatePlan, type StateRegs } from './plan.js';
export { type ContainerState, type ContainerStatus, listStates, readState, type ReadSettings } from './read.js';
export type { RecordInput, StateRecord } from './record.js';
export { clearStale, deleteContainer, type LeftCgroups, type RemoveSettings } from './remove.js';
export type { StartPlan } from './plan-start.js';
export { signalContainer } from './signal.js';
export { startContainer } from './start.js';
export { defaultStateRoot, isInUserNamespace } from './root.js';
export { probeState } from './probe.js';
