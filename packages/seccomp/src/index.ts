/**
 * Seccomp: OCI profiles compiled to filters, explained, loaded.
 *
 * @packageDocumentation
 */
export { type Abi, abiOf, type Architecture, architectures, nativeArchitecture } from './abi.js';
export { type Action, actions, dataOf, describeOutcome, formatReturn, RET } from './action.js';
export { type CompiledFilter, compileParsed, compileProfile } from './compile.js';
export { type Condition, formatCondition, operators } from './condition.js';
export { dockerProfile, type DockerProfileSettings } from './docker-profile.js';
export { callOf, evaluate, type Verdict } from './evaluate.js';
export { diffProfiles, type Difference, explainProfile, type Explanation } from './explain.js';
export { seccompFeatures, type SeccompFeatures } from './features.js';
export { type Flag, flags } from './flags.js';
export { forbiddenOps, type ForbiddenOpsSettings } from './forbidden-ops.js';
export { BPF_MAXINSNS, decodeFilter, encodeFilter, type Instruction } from './instruction.js';
export { type Call, interpret, type Run } from './interpret.js';
export { type LoadedProcess, loadsAt, type Moment } from './moment.js';
export { planSeccomp, type SeccompPlan } from './plan-seccomp.js';
export {
  type ParsedProfile,
  parseProfile,
  type ParseProfileSettings,
  type ProfileArg,
  type ProfileRule,
  type SeccompProfile,
} from './profile.js';
export { spawnFiltered, type SpawnFilteredOptions } from './spawn.js';
export { type ListenerState, sendListener, type SendListenerInput } from './send-listener.js';
