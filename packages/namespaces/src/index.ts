/**
 * Linux namespaces and id mappings.
 *
 * `planNamespaces` gives the ops that bring a process into its namespaces: those of the host half, of the container half, and,
 * where one is needed, of a process in between. Around them lies a handshake over a socket pair:
 *
 * ```
 * host       plan.host (clone)  plan.afterClone (id maps)  plan.go  …  awaitReady  awaitExec  (waits)
 * container                     plan.container (waits for go, becomes root)   …  sendReady  (execve)
 * ```
 *
 * `spawnInNamespaces` does all that for one command; `namespacesOf` and `openNamespace` look at what is there.
 *
 * @packageDocumentation
 */
export { becomeMappedRoot, becomeRootIfMapped } from './become-root.js';
export { cloneProcess, type CloneSettings, killAndReap, reap } from './clone.js';
export { type EnteredProcess, planEnter, type PlanEnterSettings } from './enter.js';
export {
  armParentDeath,
  askForSenders,
  awaitBorn,
  awaitContainer,
  awaitExec,
  awaitGo,
  awaitReached,
  awaitReady,
  type Channel,
  disarmParentDeath,
  handFd,
  openChannel,
  PACKET_SIZE,
  packetKind,
  refusePtrace,
  sendBorn,
  sendFailure,
  sendGo,
  sendReached,
  sendReady,
  takeFd,
} from './handshake.js';
export { checkIdMap, formatIdMap, hostIdOf, type IdMapping, isMapped, MAX_ID_MAPPINGS, parseIdMap } from './id-map.js';
export {
  type JoinedNamespace,
  type NamespaceEntry,
  type NamespacesInput,
  type NamespacesIntent,
  parseNamespaces,
  type TimeOffset,
} from './input.js';
export { planOpenNamespace } from './join.js';
export { type NamespaceFacts, namespaceFacts, type NamespaceKind, namespaceKinds } from './kinds.js';
export { deniesSetgroups, type IdMapsInput, type OrdinaryUser, planIdMaps } from './map-writer.js';
export { type NamespacesPlan, type NamespacesRegs, planNamespaces, type PlanNamespacesInput } from './plan.js';
export {
  findIdMapHelpers,
  findSystemProgram,
  type IdMapHelpers,
  ordinaryUserMappings,
  type OrdinaryUserMappings,
  type OrdinaryUserSettings,
} from './ordinary-user.js';
export { type SetgroupsAnswer } from './privilege.js';
export { namespacesOf, type NamespaceInodes, openNamespace } from './read.js';
export { mapOwnAndSubids, parseSubids, type SubidOwner, type SubidRange } from './subids.js';
export { spawnInNamespaces, type SpawnInNamespacesOptions } from './spawn.js';
export { probeNamespaces, type ProbeNamespacesInput } from './probe.js';
