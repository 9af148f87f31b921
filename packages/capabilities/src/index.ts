/**
 * Capability sets: parsed from names, planned as ops, read back from /proc.
 *
 * `parseCapabilitySets` turns the five lists of a config into masks and says what it left out;
 * `planCapabilities` gives the ops that a process runs before and after it changes its user:
 *
 *     const { sets, warnings } = parseCapabilitySets({ bounding: ['CAP_KILL'] }, { lastCap: readLastCap() });
 *     const { beforeUser, afterUser } = planCapabilities(sets);
 *
 * @packageDocumentation
 */
export { type CapabilityName, capabilityNames, capabilityNumber, LAST_CAP } from './names.js';
export { type CapabilityMask, capabilityNumbers, formatCapabilities, formatMask, hasCapability, maskUpTo, parseMask } from './mask.js';
export {
  type CapabilitiesInput,
  type CapabilitySets,
  parseCapabilitySets,
  type ParseCapabilitiesSettings,
  type ParsedCapabilities,
  type SetName,
} from './sets.js';
export { type CapabilitiesPlan, planCapabilities, planClearInheritable, type PlanCapabilitiesSettings } from './plan.js';
export { planRaisePermitted } from './raise-permitted.js';
export { parseStatus, readCapabilities, readLastCap } from './read.js';
export { probeCapabilities } from './probe.js';
