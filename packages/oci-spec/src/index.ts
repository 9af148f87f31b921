/**
 * config.json of the OCI runtime specification 1.3.0, for Linux.
 *
 *     const { spec, warnings } = validateSpec(parseSpecText(await readFile('config.json', 'utf8')));
 *
 * @packageDocumentation
 */
export { type DefaultSpecSettings, defaultSpec } from './default-spec.js';
export {
  describeFeatures,
  type Features,
  type FeaturesCgroup,
  type FeaturesIntelRdt,
  type FeaturesLinux,
  type FeaturesMemoryPolicy,
  type FeaturesSeccomp,
  type FeatureSwitch,
  type RuntimeSupport,
} from './features.js';
export { compactSpecText, formatSpecText } from './format-spec-text.js';
export { type Hook, type Hooks } from './hooks.js';
export { type LinuxDevice, type LinuxDeviceCgroup } from './linux/devices.js';
export { type LinuxIDMapping } from './linux/id-mappings.js';
export { type LinuxIntelRdt } from './linux/intel-rdt.js';
export { type Linux, type LinuxPersonality, type LinuxPersonalityDomain, type RootfsPropagation } from './linux/linux.js';
export { type LinuxMemoryPolicy, type MemoryPolicyFlagType, type MemoryPolicyModeType } from './linux/memory-policy.js';
export { type LinuxNamespace, type LinuxNamespaceType, type LinuxTimeOffset, type LinuxTimeOffsets } from './linux/namespaces.js';
export { type LinuxNetDevice } from './linux/net-devices.js';
export {
  type LinuxBlockIO,
  type LinuxCPU,
  type LinuxHugepageLimit,
  type LinuxInterfacePriority,
  type LinuxMemory,
  type LinuxNetwork,
  type LinuxPids,
  type LinuxRdma,
  type LinuxResources,
  type LinuxThrottleDevice,
  type LinuxWeightDevice,
} from './linux/resources.js';
export {
  type Arch,
  type LinuxSeccomp,
  type LinuxSeccompAction,
  type LinuxSeccompArg,
  type LinuxSeccompFlag,
  type LinuxSeccompOperator,
  type LinuxSyscall,
  seccompActions,
  seccompArchitectures,
  seccompFlags,
  seccompOperators,
} from './linux/seccomp.js';
export { type Mount } from './mounts.js';
export { parseSpecText } from './parse-spec-text.js';
export { capabilityNames, type LinuxCapabilities } from './process/capabilities.js';
export { type Box, type CPUAffinity, type Process } from './process/process.js';
export { type POSIXRlimit } from './process/rlimits.js';
export {
  type IOPriorityClass,
  type LinuxIOPriority,
  type LinuxSchedulerFlag,
  type LinuxSchedulerPolicy,
  type Scheduler,
} from './process/scheduler.js';
export { type User } from './process/user.js';
export { type Root, type Spec } from './spec.js';
export {
  type ValidProcess,
  validateProcess,
  type ValidResources,
  validateResources,
  type ValidSpec,
  validateSpec,
} from './validate-spec.js';
export { type Int64, type Uint64 } from './values.js';
export { OCI_VERSION } from './version.js';
export { type HWConfig, type IOMems, type VM, type VMHypervisor, type VMImage, type VMKernel } from './vm.js';
