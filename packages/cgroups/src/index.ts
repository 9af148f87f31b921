export { Cgroup, createCgroup, type CreateCgroupSettings, openCgroup, type OpenCgroupSettings } from './cgroup.js';
export { type CgroupTexts, detectCgroups, readCgroupLayout } from './detect.js';
export { attachDevices } from './devices/attach.js';
export { type DeviceRulesSettings, planDeviceRules } from './devices/plan.js';
export { planAttachDevices } from './devices/plan-attach.js';
export type { DeviceProgram } from './devices/program.js';
export type { LinuxDeviceCgroup } from './devices/rule.js';
export type { DeviceWrites } from './devices/v1.js';
export { type CgroupDirectory, directoryAt } from './directory.js';
export { type CgroupEvent, CgroupEvents } from './events.js';
export type { FreezerState, WaitSettings } from './freeze.js';
export { type JoinPlan, planJoin, type PlanJoinInput } from './join.js';
export { type CgroupPlace, isScopePath, placeCgroup, type PlaceInput, procCgroupOf } from './place.js';
export { type CgroupPlan, planCgroup, type PlanCgroupInput } from './plan.js';
export type { ListSettings } from './processes.js';
export type { RemoveSettings } from './remove.js';
export type { Count } from './stats/count.js';
export { formatStatsEvent } from './stats/format-stats-event.js';
export type {
  BlkioEntry,
  BlkioStats,
  CgroupStats,
  CpusetStats,
  CpuStats,
  HugetlbStats,
  MemoryEntry,
  MemoryStats,
  PidsStats,
  Pressure,
  PressureStats,
  RdmaEntry,
  RdmaStats,
} from './stats/stats.js';
export { type CgroupHierarchy, type CgroupLayout, type CgroupVersion, deviceVersionOf, versionOf } from './layout.js';
export { type LinuxResources, planResources, type ResourcesPlan } from './resources.js';
export type { CgroupWrite } from './write.js';
export { probeCgroups, type ProbeCgroupsInput, probeSystemd } from './probe.js';
