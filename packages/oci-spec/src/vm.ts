import { type Check, list, object, required, type Shape } from './check.js';
import { absolutePath, name, text, uint32, uint64 } from './values.js';

const hypervisorFields = {
  /** Absolute path on the host. */
  path: required(absolutePath),
  parameters: list(text()),
};
/** What runs the virtual machine. */
export interface VMHypervisor extends Shape<typeof hypervisorFields> {}

const kernelFields = {
  /** Absolute path on the host. */
  path: required(absolutePath),
  parameters: list(text()),
  /** Absolute path on the host of an initial ramdisk. */
  initrd: absolutePath,
};
/** The kernel that the virtual machine boots. */
export interface VMKernel extends Shape<typeof kernelFields> {}

const imageFields = {
  /** Absolute path on the host. */
  path: required(absolutePath),
  /** `raw`, `qcow2`, `vdi`, `vmdk`, `vhd` or another that the hypervisor knows. */
  format: required(name()),
};
/** The root file system of the virtual machine, which is not that of the container. */
export interface VMImage extends Shape<typeof imageFields> {}

const ioMemsFields = {
  /** Guest frame to map to; `firstMFN` when left out. */
  firstGFN: uint64,
  /** First page of the region. */
  firstMFN: required(uint64),
  /** Pages. */
  nrMFNs: required(uint64),
};
/** A range of I/O memory that the machine may reach. */
export interface IOMems extends Shape<typeof ioMemsFields> {}
const ioMems: Check<IOMems> = object(ioMemsFields);

const hwConfigFields = {
  /** Path of a device-tree blob. */
  deviceTree: name(),
  vcpus: uint32,
  /** Bytes. */
  memory: uint64,
  /** Nodes of the host's device tree that are passed through. */
  dtdevs: list(text()),
  iomems: list(ioMems),
  /** Interrupts that the machine may reach. */
  irqs: list(uint32),
};
/** The hardware of a virtual machine. */
export interface HWConfig extends Shape<typeof hwConfigFields> {}

const hypervisor: Check<VMHypervisor> = object(hypervisorFields);
const kernel: Check<VMKernel> = object(kernelFields);
const image: Check<VMImage> = object(imageFields);
const hwConfig: Check<HWConfig> = object(hwConfigFields);

const vmFields = {
  hypervisor,
  kernel: required(kernel),
  image,
  hwConfig,
};

/** `vm`: for runtimes that put a virtual machine around the container. Checked like the rest; others have no use for it. */
export interface VM extends Shape<typeof vmFields> {}
export const vm: Check<VM> = object(vmFields);
