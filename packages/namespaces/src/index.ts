export { becomeMappedRoot, becomeRootIfMapped } from './become-root.js';
export { cloneProcess, type CloneSettings, killAndReap, reap } from './clone.js';
export {
  armParentDeath,
  awaitContainer,
  awaitExec,
  awaitGo,
  awaitReady,
  type Channel,
  disarmParentDeath,
  openChannel,
  PACKET_SIZE,
  packetKind,
  sendFailure,
  sendGo,
  sendReady,
} from './handshake.js';
export { checkIdMap, formatIdMap, hostIdOf, type IdMapping, isMapped, MAX_ID_MAPPINGS, parseIdMap } from './id-map.js';
export { type JoinedNamespace, type NamespaceEntry, type NamespacesInput, type NamespacesIntent, parseNamespaces, type TimeOffset } from './input.js';
export { planOpenNamespace } from './join.js';
export { type NamespaceFacts, namespaceFacts, type NamespaceKind, namespaceKinds } from './kinds.js';
export { deniesSetgroups, type IdMapsInput, type OrdinaryUser, planIdMaps } from './map-writer.js';
export { type NamespacesPlan, type NamespacesRegs, planNamespaces, type PlanNamespacesInput } from './plan.js';
export { findIdMapHelpers, type IdMapHelpers, ordinaryUserMappings, type OrdinaryUserMappings, type OrdinaryUserSettings } from './ordinary-user.js';
export { namespacesOf, type NamespaceInodes, openNamespace } from './read.js';
export { mapOwnAndSubids, parseSubids, type SubidOwner, type SubidRange } from './subids.js';
