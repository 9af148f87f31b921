import { type Check, list, map, object, required, type Shape } from '../check.js';
import { boolean, int64, integer, name, numberList, text, uint16, uint32, uint64 } from '../values.js';
import { deviceRules, major, minor } from './devices.js';
import { interfaceName } from './net-devices.js';

/** Bytes, or -1 for no limit. */
const limit = int64(-1n);

const memoryFields = {
  /** Bytes; -1 is no limit. */
  limit,
  /** Soft limit in bytes; -1 is none. */
  reservation: limit,
  /** Memory and swap together, in bytes; -1 is no limit. */
  swap: limit,
  /** @deprecated Bytes. The kernel has it no more since 5.4, and never had on cgroup v2. */
  kernel: limit,
  /** Bytes of TCP buffers; -1 is no limit. cgroup v1 only. */
  kernelTCP: limit,
  /** 0 to 100. */
  swappiness: integer(0, 100),
  /** True: processes wait for memory rather than be killed. cgroup v1 only. */
  disableOOMKiller: boolean,
  /** Whether children count towards this cgroup. */
  useHierarchy: boolean,
  /** Whether an update that sets a limit below the usage is refused, on cgroup v2 too. */
  checkBeforeUpdate: boolean,
};
/** The `memory` controller. */
export interface LinuxMemory extends Shape<typeof memoryFields> {}
const memory: Check<LinuxMemory> = object(memoryFields, (rule) => [
  rule(['kernel'], ({ kernel = -1 }, at, report) => {
    if (kernel > 0) report.warn(`${at}/kernel`, 'limits of kernel memory are deprecated, and ignored by newer kernels');
  }),
]);

const cpuFields = {
  /** Weight against other cgroups. */
  shares: uint64,
  /** Microseconds of CPU time in each period; 0 or less is no limit. */
  quota: int64(),
  /** Microseconds that may be saved up beyond the quota. @kernel 5.14 */
  burst: uint64,
  /** Microseconds. */
  period: uint64,
  /** Microseconds of real-time scheduling in each real-time period. cgroup v1 only. */
  realtimeRuntime: int64(),
  /** Microseconds. cgroup v1 only. */
  realtimePeriod: uint64,
  /** CPUs that may be used: `0-3,7`. */
  cpus: numberList,
  /** Memory nodes that may be used: `0-3,7`. */
  mems: numberList,
  /** 1 for SCHED_IDLE. @kernel 5.15 */
  idle: integer(0, 1),
};
/** The `cpu` and `cpuset` controllers. */
export interface LinuxCPU extends Shape<typeof cpuFields> {}
const cpu: Check<LinuxCPU> = object(cpuFields, (rule) => [
  rule(['quota', 'burst'], ({ quota = -1, burst = 0 }, at, report) => {
    if (quota > 0 && burst > quota) report.issue(`${at}/burst`, `${String(burst)} µs are more than the quota`, `at most ${String(quota)}`);
  }),
]);

const pidsFields = {
  /** Tasks; -1 is no limit, and 0 none at all. */
  limit: int64(-1n),
};
/** The `pids` controller. */
export interface LinuxPids extends Shape<typeof pidsFields> {}
const pids: Check<LinuxPids> = object(pidsFields);

const weightDeviceFields = {
  major: required(major),
  minor: required(minor),
  weight: uint16,
  /** Against the cgroup's own children. */
  leafWeight: uint16,
};
/** The weight of a block device. */
export interface LinuxWeightDevice extends Shape<typeof weightDeviceFields> {}
const weightDevice: Check<LinuxWeightDevice> = object(weightDeviceFields, (rule) => [
  rule(['weight', 'leafWeight'], ({ weight, leafWeight }, at, report) => {
    if (weight === undefined && leafWeight === undefined) report.issue(at, 'the device has no weight', 'weight, leafWeight or both');
  }),
]);

const throttleDeviceFields = {
  major: required(major),
  minor: required(minor),
  /** Bytes or operations per second. */
  rate: required(uint64),
};
/** A limit of a block device. */
export interface LinuxThrottleDevice extends Shape<typeof throttleDeviceFields> {}
const throttleDevice: Check<LinuxThrottleDevice> = object(throttleDeviceFields);
const throttleDevices = list(throttleDevice);

const blockIOFields = {
  /** For all devices without one of their own; 0 leaves it as it is. */
  weight: uint16,
  /** Against the cgroup's own children. */
  leafWeight: uint16,
  weightDevice: list(weightDevice),
  /** Bytes per second. */
  throttleReadBpsDevice: throttleDevices,
  /** Bytes per second. */
  throttleWriteBpsDevice: throttleDevices,
  /** Operations per second. */
  throttleReadIOPSDevice: throttleDevices,
  /** Operations per second. */
  throttleWriteIOPSDevice: throttleDevices,
};
/** The `blkio` controller, `io` on cgroup v2. */
export interface LinuxBlockIO extends Shape<typeof blockIOFields> {}
const blockIO: Check<LinuxBlockIO> = object(blockIOFields);

const hugepageLimitFields = {
  /** As the kernel's files are called: `64KB`, `2MB`, `1GB`. */
  pageSize: required(
    name({
      maxBytes: 32,
      must: {
        hold: (value) => /^[1-9][0-9]*[KMG]B$/.test(value),
        wrong: 'is no size of pages',
        expected: 'a size such as 64KB, 2MB or 1GB',
      },
    }),
  ),
  /** Bytes. */
  limit: required(uint64),
};
/** The `hugetlb` controller, for one size of pages. */
export interface LinuxHugepageLimit extends Shape<typeof hugepageLimitFields> {}
const hugepageLimit: Check<LinuxHugepageLimit> = object(hugepageLimitFields);

const interfacePriorityFields = {
  /** Interface in the runtime's network namespace. */
  name: required(interfaceName),
  priority: required(uint32),
};
/** The priority of what leaves by an interface. */
export interface LinuxInterfacePriority extends Shape<typeof interfacePriorityFields> {}
const interfacePriority: Check<LinuxInterfacePriority> = object(interfacePriorityFields);

const networkFields = {
  /** The tag of the cgroup's packets. */
  classID: uint32,
  priorities: list(interfacePriority),
};
/** The `net_cls` and `net_prio` controllers. cgroup v1 only. */
export interface LinuxNetwork extends Shape<typeof networkFields> {}
const network: Check<LinuxNetwork> = object(networkFields);

const rdmaFields = {
  hcaHandles: uint32,
  hcaObjects: uint32,
};
/** The `rdma` controller, for one device. */
export interface LinuxRdma extends Shape<typeof rdmaFields> {}
const rdma: Check<LinuxRdma> = object(rdmaFields, (rule) => [
  rule(['hcaHandles', 'hcaObjects'], ({ hcaHandles, hcaObjects }, at, report) => {
    if (hcaHandles === undefined && hcaObjects === undefined) report.issue(at, 'nothing is limited', 'hcaHandles, hcaObjects or both');
  }),
]);

/** A file in the container's cgroup, never one elsewhere. */
const cgroupFile = name({
  maxBytes: 255,
  must: {
    hold: (value) => !value.includes('/') && value !== '.' && value !== '..',
    wrong: 'is no file of the cgroup',
    expected: 'a name without slashes',
  },
});
const rdmaDevice = name({
  maxBytes: 255,
  must: { hold: (value) => !/\s/.test(value), wrong: 'is no name of a device', expected: 'a name without white space' },
});

const resourcesFields = {
  devices: deviceRules,
  memory,
  cpu,
  pids,
  blockIO,
  hugepageLimits: list(hugepageLimit),
  network,
  /** By device. @kernel 4.11 */
  rdma: map(rdmaDevice, rdma),
  /** What is written to which file of a cgroup v2. */
  unified: map(cgroupFile, text()),
};

/** `linux.resources`: what the container's cgroup is set to. */
export interface LinuxResources extends Shape<typeof resourcesFields> {}
export const resources: Check<LinuxResources> = object(resourcesFields);
