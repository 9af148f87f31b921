import { type Arch, hostArch } from './arch.js';
import { RENAME } from './constants/file.js';
import { AT, F, MFD, openFlags, RESOLVE } from './constants/open.js';
import { CLONE, CLOSE_RANGE, P, PR, W } from './constants/process.js';
import { signalName } from './constants/signals.js';
import type { SyscallArg } from './port.js';

/** An argument as passed, or the strings that one pointer stands for, as argv does. */
export type DescribableArg = SyscallArg | readonly string[];

/**
 * A call as strace(1) prints it, without its result: `openat2(3, "etc", {flags=O_PATH|O_CLOEXEC,
 * resolve=RESOLVE_IN_ROOT}, 24)`. Flags have names for the calls that have a wrapper in this package;
 * other calls show their numbers.
 */
export function describeCall(name: string, args: readonly DescribableArg[], arch: Arch = hostArch()): string {
  const kinds = signatures[name];
  return `${name}(${args.map((arg, index) => describeArg(arg, kinds?.[index], arch)).join(', ')})`;
}

/**
 * Names the bits of `value`: `describeFlags(0x3, MFD, 'MFD_')` is `MFD_CLOEXEC|MFD_ALLOW_SEALING`. Bits without a
 * name come last, in hex. 0 is the name of the table's zero, if it has one.
 */
export function describeFlags(value: number, table: Readonly<Record<string, number>>, prefix: string): string {
  const parts: string[] = [];
  let rest = BigInt(value);
  // Names of several bits first, so that O_SYNC isn't taken for O_DSYNC and something.
  const entries = Object.entries(table).map(([name, bits]) => ({ name, bits: BigInt(bits) }));
  for (const { name, bits } of entries.toSorted((a, b) => countBits(b.bits) - countBits(a.bits))) {
    if (bits <= 0n || (rest & bits) !== bits) continue;
    parts.push(prefix + name);
    rest &= ~bits;
  }
  if (rest !== 0n) parts.push(`0x${rest.toString(16)}`);
  if (parts.length > 0) return parts.join('|');
  const zero = entries.find(({ bits }) => bits === 0n);
  return zero === undefined ? '0' : prefix + zero.name;
}

function countBits(bits: bigint): number {
  return bits < 0n ? 0 : [...bits.toString(2)].filter((digit) => digit === '1').length;
}

type Kind = 'dirfd' | 'octal' | 'data' | ((value: number, arch: Arch) => string) | { readonly bytes: (bytes: Uint8Array, arch: Arch) => string };

const flags =
  (table: Readonly<Record<string, number>>, prefix: string): Kind =>
  (value) =>
    describeFlags(value, table, prefix);

/** One value of a set rather than bits of one. */
const oneOf =
  (table: Readonly<Record<string, number>>, prefix: string, only: (name: string) => boolean = () => true): Kind =>
  (value) => {
    const name = Object.entries(table).find(([key, number]) => number === value && only(key))?.[0];
    return name === undefined ? String(value) : prefix + name;
  };

function describeOpenFlags(value: number, arch: Arch): string {
  const { ACCMODE, RDONLY, WRONLY, RDWR, ...bits } = openFlags(arch);
  const access = value & ACCMODE;
  const rest = describeFlags(value - access, bits, 'O_');
  const name = access === RDWR ? 'O_RDWR' : access === WRONLY ? 'O_WRONLY' : access === RDONLY && (value & bits.PATH) === 0 ? 'O_RDONLY' : undefined;
  return [name, rest === '0' ? undefined : rest].filter((part) => part !== undefined).join('|');
}

function describeOpenHow(bytes: Uint8Array, arch: Arch): string {
  if (bytes.byteLength < 24) return `<${bytes.byteLength} bytes>`;
  const view = new BigUint64Array(bytes.slice(0, 24).buffer);
  const [open, mode, resolve] = [Number(view[0]), Number(view[1]), Number(view[2])] as const;
  const fields = [`flags=${describeOpenFlags(open, arch)}`];
  if (mode !== 0) fields.push(`mode=${octal(mode)}`);
  if (resolve !== 0) fields.push(`resolve=${describeFlags(resolve, RESOLVE, 'RESOLVE_')}`);
  return `{${fields.join(', ')}}`;
}

const { STATX_FORCE_SYNC, STATX_DONT_SYNC, EACCESS, REMOVEDIR, FDCWD, ...at } = AT;
const atFlags = flags(at, 'AT_');
const statxFlags = flags({ ...at, STATX_FORCE_SYNC, STATX_DONT_SYNC }, 'AT_');
const unlinkFlags = flags({ REMOVEDIR }, 'AT_');
const accessFlags = flags({ ...at, EACCESS }, 'AT_');
const signal: Kind = (value) => (value === 0 ? '0' : signalName(value));
const hex: Kind = (value) => (value === 0 ? '0' : `0x${value.toString(16)}`);
const cloneFlags = flags(CLONE, 'CLONE_');
const waitOptions = flags(Object.fromEntries(Object.entries(W).map(([name, bits]) => [name.startsWith('__') ? name : `W${name}`, bits])), '');
const openKind: Kind = describeOpenFlags;
const openHow: Kind = { bytes: describeOpenHow };
const none = undefined;

const signatures: Readonly<Record<string, readonly (Kind | undefined)[]>> = {
  openat: ['dirfd', none, openKind, 'octal'],
  openat2: ['dirfd', none, openHow],
  mkdirat: ['dirfd', none, 'octal'],
  mknodat: ['dirfd', none, 'octal', hex],
  symlinkat: [none, 'dirfd'],
  unlinkat: ['dirfd', none, unlinkFlags],
  renameat2: ['dirfd', none, 'dirfd', none, flags(RENAME, 'RENAME_')],
  readlinkat: ['dirfd'],
  statx: ['dirfd', none, statxFlags, hex],
  faccessat2: ['dirfd', none, none, accessFlags],
  fchownat: ['dirfd', none, none, none, atFlags],
  execveat: ['dirfd', none, none, none, atFlags],
  write: [none, 'data'],
  dup3: [none, none, openKind],
  fcntl: [none, oneOf(F, 'F_', (name) => !name.startsWith('SEAL_'))],
  close_range: [none, none, flags(CLOSE_RANGE, 'CLOSE_RANGE_')],
  memfd_create: [none, flags(MFD, 'MFD_')],
  prctl: [oneOf(PR, 'PR_', (name) => !name.startsWith('CAP_AMBIENT_'))],
  setns: [none, cloneFlags],
  unshare: [cloneFlags],
  pidfd_send_signal: [none, signal],
  kill: [none, signal],
  waitid: [oneOf(P, 'P_'), none, none, waitOptions],
};

function describeArg(arg: DescribableArg, kind: Kind | undefined, arch: Arch): string {
  if (arg === null) return 'NULL';
  if (typeof arg === 'string') return JSON.stringify(arg);
  if (arg instanceof Uint8Array) {
    if (kind === 'data') return describeData(arg);
    return typeof kind === 'object' ? kind.bytes(arg, arch) : `<${arg.byteLength} bytes>`;
  }
  if (typeof arg === 'object') return `[${arg.map((item) => JSON.stringify(item)).join(', ')}]`;
  if (kind === 'dirfd') return Number(arg) === AT.FDCWD ? 'AT_FDCWD' : String(arg);
  if (kind === 'octal') return octal(Number(arg));
  return typeof kind === 'function' ? kind(Number(arg), arch) : String(arg);
}

function octal(mode: number): string {
  return mode === 0 ? '0' : `0${mode.toString(8)}`;
}

const shownBytes = 32;

function describeData(bytes: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, shownBytes));
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/[^\x20-\x7e]/g, (char) => (char === '\n' ? '\\n' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`));
  return `"${escaped.replaceAll('"', '\\"')}"${bytes.byteLength > shownBytes ? '...' : ''}`;
}
