/**
 * The vocabulary that Standpipe's plugins share.
 *
 * A plugin's step takes a `CreateContext`, reads the spec from it, and appends ops to the program's
 * host half or container half:
 *
 *     step(createPipeline.phase.restrict, {
 *       id: 'greeting.write',
 *       run: ({ program }) => program.container([sys('write', [1, 'hello\n', 6])]),
 *     })
 *
 * @packageDocumentation
 */
export { ContainerCgroup } from './container-cgroup.js';
export { createContext, type CreateContext, type CreateContextInput, type CreateSettings, type SharedRegisters } from './create-context.js';
export { execContext, type ExecContext, type ExecContextInput, type ExecSettings } from './exec-context.js';
export { execPipeline, type ProcessPhases, processPhases } from './exec-pipeline.js';
export { FdPassage } from './fd-passage.js';
export { HonouredSpec } from './honoured-spec.js';
export { HostChecks } from './host-checks.js';
export type { HostFacts } from './host-facts.js';
export type { JoinedContainer } from './joined-container.js';
export { Meeting } from './meeting.js';
export { NetworkNamespace } from './network-namespace.js';
export { OriginalGroups } from './original-groups.js';
export { createPipeline } from './pipelines.js';
export { type Callback, type CallbackSettings, type Half, ProgramDraft } from './program-draft.js';
export { reportToLog } from './report-to-log.js';
export { RecordCgroups, type RecordedScope } from './record-cgroups.js';
export { RuntimeFeatures } from './runtime-features.js';
export { StartGate } from './start-gate.js';
export { Setgroups, type SetgroupsAnswer } from './setgroups.js';
