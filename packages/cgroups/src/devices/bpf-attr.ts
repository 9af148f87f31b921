/** Commands of bpf(2). */
export const BPF = { PROG_LOAD: 5, PROG_ATTACH: 8, PROG_DETACH: 9, PROG_GET_FD_BY_ID: 13, OBJ_GET_INFO_BY_FD: 15, PROG_QUERY: 16 } as const;

const PROG_TYPE_CGROUP_DEVICE = 15;
const CGROUP_DEVICE = 6;
const F_ALLOW_MULTI = 2;
const F_REPLACE = 4;

/** Room for what each of the commands reads or writes. Linux 6.17 writes to byte 56 of a query, however short it is said to be. */
export const ATTR_SIZE = 64;
/** How many programs the kernel lets a cgroup have. */
export const MAX_PROGRAMS = 64;

/** The first part of struct bpf_prog_info, up to the name. */
export const INFO_SIZE = 80;
export const INFO_NAME = 64;

/** Ours are known by this name. */
export const PROGRAM_NAME = 'standpipe_dev';

/** No helper is called, so that the kernel doesn't ask for GPL. */
const license = new TextEncoder().encode('Apache-2.0\0');

/** union bpf_attr in words of 64 bits, for one command; `T` is what stands for a pointer. */
export type BpfAttr<T> = readonly (bigint | T)[];

/** Two fields of 32 bits. */
function pair(low: number, high: number): bigint {
  return BigInt(low) | (BigInt(high) << 32n);
}

/** Where the fds lie in attrs that are made before they are known. */
export const attrField = { targetFd: 0, programFd: 4 } as const;

export function loadAttr(instructions: Uint8Array, log?: Uint8Array): BpfAttr<Uint8Array> {
  const name = new DataView(new ArrayBuffer(16));
  for (const [at, byte] of new TextEncoder().encode(PROGRAM_NAME).entries()) name.setUint8(at, byte);
  return [
    pair(PROG_TYPE_CGROUP_DEVICE, instructions.byteLength / 8),
    instructions,
    license,
    pair(log === undefined ? 0 : 1, log?.byteLength ?? 0),
    log ?? 0n,
    0n,
    name.getBigUint64(0, true),
    name.getBigUint64(8, true),
  ];
}

/** Beside the programs that are there, or in place of one of them. */
export function attachAttr(cgroupFd: number, programFd: number, replacedFd?: number): BpfAttr<never> {
  const flags = F_ALLOW_MULTI | (replacedFd === undefined ? 0 : F_REPLACE);
  return [pair(cgroupFd, programFd), pair(CGROUP_DEVICE, flags), BigInt(replacedFd ?? 0)];
}

export function detachAttr(cgroupFd: number, programFd: number): BpfAttr<never> {
  return [pair(cgroupFd, programFd), BigInt(CGROUP_DEVICE)];
}

/** Of the programs attached to the cgroup itself, by id. */
export function queryAttr(cgroupFd: number, ids: Uint8Array): BpfAttr<Uint8Array> {
  return [pair(cgroupFd, CGROUP_DEVICE), 0n, ids, BigInt(ids.byteLength / 4)];
}
/** Where a query's answer says how many there are. */
export const QUERY_COUNT = 24;

export function infoAttr(programFd: number, info: Uint8Array): BpfAttr<Uint8Array> {
  return [pair(programFd, info.byteLength), info];
}
