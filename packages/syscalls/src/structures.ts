import { MOUNT_ATTR, MS } from './constants/mount.js';
import { accessModes, pollEvents, policyNames } from './constants/names.js';
import { RESOLVE } from './constants/open.js';
import { CLONE } from './constants/process.js';
import { signalName } from './constants/signals.js';
import { AF } from './constants/socket.js';
import type { Pointed } from './describe.js';
import { describeFlags } from './describe-flags.js';
import { type Call, describeOpenFlags, type Kind, pointedBy, pointer, quote } from './kinds.js';

/** Reads fields of a structure in memory. */
class Memory {
  readonly #pointed: Pointed;
  readonly #view: DataView;
  readonly size: number;

  constructor(pointed: Pointed, bytes: Uint8Array) {
    this.#pointed = pointed;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.size = bytes.byteLength;
  }

  integer(offset: number, size: number): number {
    if (offset + size > this.size) return 0;
    if (size === 8) return Number(this.#view.getBigInt64(offset, true));
    return size === 4 ? this.#view.getInt32(offset, true) : size === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint8(offset);
  }

  follow(offset: number): Pointed | undefined {
    return this.#pointed.follow?.(offset);
  }

  bytes(offset: number, size: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + offset, Math.max(0, Math.min(size, this.size - offset)));
  }
}

/** A structure shown by `show`, when it is there in its least size. */
const structure =
  (leastSize: number, show: (memory: Memory, call: Call) => string): Kind =>
  (arg, call) => {
    const pointed = pointedBy(arg);
    if (pointed === undefined) return pointer(arg, call);
    if (pointed.bytes === undefined || pointed.bytes.byteLength < leastSize) return undefined;
    return show(new Memory(pointed, pointed.bytes), call);
  };

type Field = readonly [name: string, offset: number, size: number, show?: (value: number, call: Call) => string];

/** Fields that aren't 0; pointers by what they lead to. */
const fields = (leastSize: number, list: readonly Field[]): Kind =>
  structure(leastSize, (memory, call) => {
    const shown = list.flatMap(([name, offset, size, show = String]) => {
      const target = size === 8 ? memory.follow(offset) : undefined;
      const value = memory.integer(offset, size);
      if (target === undefined && value === 0) return [];
      return [`${name}=${target?.name ?? show(value, call)}`];
    });
    return `{${shown.join(', ')}}`;
  });

const hex = (value: number): string => `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`;
const bits =
  (table: Readonly<Record<string, number>>, prefix: string) =>
  (value: number): string =>
    describeFlags(value, table, prefix);
const octal = (value: number): string => `0${value.toString(8)}`;

export const openHow: Kind = structure(24, (memory, { arch }) => {
  const [flags, mode, resolve] = [memory.integer(0, 8), memory.integer(8, 8), memory.integer(16, 8)];
  const shown = [`flags=${describeOpenFlags(flags, arch)}`];
  if (mode !== 0) shown.push(`mode=${octal(mode)}`);
  if (resolve !== 0) shown.push(`resolve=${describeFlags(resolve, RESOLVE, 'RESOLVE_')}`);
  return `{${shown.join(', ')}}`;
});

export const cloneArgs: Kind = fields(64, [
  ['flags', 0, 8, bits(CLONE, 'CLONE_')],
  ['pidfd', 8, 8, hex],
  ['child_tid', 16, 8, hex],
  ['parent_tid', 24, 8, hex],
  ['exit_signal', 32, 8, signalName],
  ['stack', 40, 8, hex],
  ['stack_size', 48, 8, hex],
  ['tls', 56, 8, hex],
  ['set_tid', 64, 8, hex],
  ['set_tid_size', 72, 8],
  ['cgroup', 80, 8],
]);

// The three ways to keep access times exclude each other, and RELATIME is their zero.
const { _ATIME, ...mountAttr } = MOUNT_ATTR;

export const mountAttrs: Kind = fields(32, [
  ['attr_set', 0, 8, bits(mountAttr, 'MOUNT_ATTR_')],
  ['attr_clr', 8, 8, bits({ ...mountAttr, _ATIME }, 'MOUNT_ATTR_')],
  ['propagation', 16, 8, bits(MS, 'MS_')],
  ['userns_fd', 24, 8],
]);

export const timespec: Kind = structure(16, (memory) => `{tv_sec=${memory.integer(0, 8)}, tv_nsec=${memory.integer(8, 8)}}`);

const limit = (value: number): string => (value === -1 ? 'RLIM_INFINITY' : String(value));
export const rlimit: Kind = structure(16, (memory) => `{rlim_cur=${limit(memory.integer(0, 8))}, rlim_max=${limit(memory.integer(8, 8))}}`);

export const schedAttr: Kind = fields(48, [
  ['sched_policy', 4, 4, (value) => policyNames[value] ?? String(value)],
  ['sched_flags', 8, 8, hex],
  ['sched_nice', 16, 4],
  ['sched_priority', 20, 4],
  ['sched_runtime', 24, 8],
  ['sched_deadline', 32, 8],
  ['sched_period', 40, 8],
  ['sched_util_min', 48, 4],
  ['sched_util_max', 52, 4],
]);

/** A set of signals as strace shows it: by what is left out when that is shorter. */
export const sigset: Kind = structure(8, (memory) => {
  const has = (signal: number): boolean => ((memory.integer(signal <= 32 ? 0 : 4, 4) >>> ((signal - 1) % 32)) & 1) === 1;
  const all = Array.from({ length: 64 }, (_, index) => index + 1);
  const inside = all.filter(has);
  const list = inside.length > 32 ? all.filter((signal) => !has(signal)) : inside;
  return `${inside.length > 32 ? '~' : ''}[${list.map(signalName).join(' ')}]`;
});

export const sigaction: Kind = structure(32, (memory) => {
  const handler = memory.integer(0, 8);
  return `{sa_handler=${handler === 0 ? 'SIG_DFL' : handler === 1 ? 'SIG_IGN' : hex(handler)}}`;
});

const capabilityVersions: Readonly<Record<number, string>> = { 0x20080522: '_LINUX_CAPABILITY_VERSION_3' };
export const capHeader: Kind = structure(8, (memory) => {
  const version = memory.integer(0, 4);
  return `{version=${capabilityVersions[version] ?? hex(version)}, pid=${memory.integer(4, 4)}}`;
});

/** Two structures of 32 bits for each set, shown as one number for each set. */
export const capData: Kind = structure(24, (memory) => {
  const word = (offset: number): bigint => BigInt(memory.integer(offset, 4) >>> 0);
  const set = (offset: number): string => `0x${(word(offset) | (word(offset + 12) << 32n)).toString(16)}`;
  return `{effective=${set(0)}, permitted=${set(4)}, inheritable=${set(8)}}`;
});

export const winsize: Kind = structure(8, (memory) => `{ws_row=${memory.integer(0, 2)}, ws_col=${memory.integer(2, 2)}}`);

const families: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(AF).map(([name, value]) => [value, `AF_${name}`]));
export const sockaddr: Kind = structure(2, (memory) => {
  const family = memory.integer(0, 2);
  const shown = `sa_family=${families[family] ?? String(family)}`;
  if (family === AF.NETLINK) return `{${shown}, nl_pid=${memory.integer(4, 4) >>> 0}, nl_groups=${hex(memory.integer(8, 4) >>> 0)}}`;
  if (family !== AF.UNIX) return `{${shown}}`;
  const path = memory.bytes(2, 108);
  // An abstract name begins with a NUL and goes by the address's size; the rest of ours are paths.
  const end = path[0] === 0 ? path.length : path.indexOf(0);
  return `{${shown}, sun_path=${quote(end < 0 ? path : path.subarray(0, end))}}`;
});

export const pollfds: Kind = (arg, call) =>
  structure(8, (memory) => {
    const count = typeof call.args[1] === 'number' || typeof call.args[1] === 'bigint' ? Number(call.args[1]) : memory.size / 8;
    const list = Array.from({ length: Math.min(count, Math.floor(memory.size / 8)) }, (_, index) => {
      const events = describeFlags(memory.integer(index * 8 + 4, 2), pollEvents, 'POLL');
      return `{fd=${memory.integer(index * 8, 4)}, events=${events}}`;
    });
    return `[${list.join(', ')}]`;
  })(arg, call);

function describeVectors(memory: Memory, count: number): string {
  const list = Array.from({ length: Math.min(count, Math.floor(memory.size / 16)) }, (_, index) => {
    const target = memory.follow(index * 16);
    const length = memory.integer(index * 16 + 8, 8);
    const base =
      target?.bytes === undefined ? (target?.name ?? hex(memory.integer(index * 16, 8))) : quote(target.bytes.subarray(0, length));
    return `{${base}, ${length}}`;
  });
  return `[${list.join(', ')}]`;
}

/** iovec, of which the argument `count` says how many. */
export const vectors =
  (count: number): Kind =>
  (arg, call) =>
    structure(16, (memory) => describeVectors(memory, Number(call.args[count])))(arg, call);

export const msghdr: Kind = structure(56, (memory) => {
  const shown: string[] = [];
  const name = memory.follow(0);
  if (name !== undefined) shown.push(`msg_name=${name.name}`);
  const iov = memory.follow(16);
  if (iov !== undefined)
    shown.push(`msg_iov=${iov.bytes === undefined ? iov.name : describeVectors(new Memory(iov, iov.bytes), memory.integer(24, 8))}`);
  const control = memory.follow(32);
  if (control !== undefined) shown.push(`msg_control=${control.name}, msg_controllen=${memory.integer(40, 8)}`);
  return `{${shown.join(', ')}}`;
});

/** argv or envp, where it is known what its pointers lead to. */
export const texts: Kind = (arg, call) => (arg instanceof Uint8Array ? undefined : listOfTexts(arg, call));

const listOfTexts = structure(8, (memory) => {
  const list: string[] = [];
  for (let offset = 0; offset + 8 <= memory.size; offset += 8) {
    const target = memory.follow(offset);
    if (target === undefined) break;
    const end = target.bytes?.indexOf(0) ?? -1;
    list.push(end < 0 ? target.name : JSON.stringify(new TextDecoder().decode(target.bytes?.subarray(0, end))));
  }
  return `[${list.join(', ')}]`;
});

export const accessMode = (value: number): string => describeFlags(value, accessModes, '');

const programTypes: Readonly<Record<number, string>> = { 15: 'BPF_PROG_TYPE_CGROUP_DEVICE' };
const attachTypes: Readonly<Record<number, string>> = { 6: 'BPF_CGROUP_DEVICE' };
const attachType = (value: number): string => attachTypes[value] ?? String(value);

/** union bpf_attr by command of bpf(2), for programs of cgroups. */
export const bpfAttrs: Readonly<Record<number, Kind>> = {
  5: fields(64, [
    ['prog_type', 0, 4, (value) => programTypes[value] ?? String(value)],
    ['insn_cnt', 4, 4],
    ['insns', 8, 8, hex],
    ['license', 16, 8, hex],
    ['log_level', 24, 4],
    ['log_size', 28, 4],
    ['log_buf', 32, 8, hex],
  ]),
  8: fields(20, [
    ['target_fd', 0, 4],
    ['attach_bpf_fd', 4, 4],
    ['attach_type', 8, 4, attachType],
    ['attach_flags', 12, 4, bits({ ALLOW_OVERRIDE: 1, ALLOW_MULTI: 2, REPLACE: 4 }, 'BPF_F_')],
    ['replace_bpf_fd', 16, 4],
  ]),
  9: fields(12, [
    ['target_fd', 0, 4],
    ['attach_bpf_fd', 4, 4],
    ['attach_type', 8, 4, attachType],
  ]),
};
