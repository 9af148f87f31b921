import type { Arch } from './arch.js';
import { AT, openFlags } from './constants/open.js';
import { signalName } from './constants/signals.js';
import type { DescribableArg, Pointed } from './describe.js';
import { describeFlags } from './describe-flags.js';

/** What a way to show an argument may look at besides it. */
export interface Call {
  readonly args: readonly DescribableArg[];
  readonly arch: Arch;
}

/** Shows one argument, or gives undefined for what it can't make anything of. */
export type Kind = (arg: DescribableArg, call: Call) => string | undefined;

type Table = Readonly<Record<string, number>>;

/** A kind for numbers; anything else is not its business. */
export const numeric =
  (show: (value: number, call: Call) => string | undefined): Kind =>
  (arg, call) =>
    typeof arg === 'number' || typeof arg === 'bigint' ? show(Number(arg), call) : undefined;

export const flags = (table: Table, prefix: string): Kind => numeric((value) => describeFlags(value, table, prefix));

/** One value of a set rather than bits of one. */
export const oneOf = (table: Table, prefix: string, only: (name: string) => boolean = () => true): Kind =>
  numeric((value) => {
    const name = Object.entries(table).find(([key, number]) => number === value && only(key))?.[0];
    return name === undefined ? undefined : prefix + name;
  });

/** A number by its place in a list. */
export const named = (names: readonly string[] | Readonly<Record<number, string>>): Kind =>
  numeric((value) => (names as Readonly<Record<number, string>>)[value]);

export const octal: Kind = numeric((value) => (value < 0 ? undefined : value === 0 ? '0' : `0${value.toString(8)}`));
export const dirfd: Kind = numeric((value) => (value === AT.FDCWD ? 'AT_FDCWD' : undefined));
export const signal: Kind = numeric((value) => (value <= 0 ? undefined : signalName(value)));

export function describeOpenFlags(value: number, arch: Arch): string {
  const { ACCMODE, RDONLY, WRONLY, RDWR, ...bits } = openFlags(arch);
  const access = value & ACCMODE;
  const rest = describeFlags(value - access, bits, 'O_');
  const name =
    access === RDWR ? 'O_RDWR' : access === WRONLY ? 'O_WRONLY' : access === RDONLY && (value & bits.PATH) === 0 ? 'O_RDONLY' : undefined;
  return [name, rest === '0' ? undefined : rest].filter((part) => part !== undefined).join('|');
}

export const open: Kind = numeric((value, { arch }) => describeOpenFlags(value, arch));

/** A kind that depends on another argument of the call: `by(1, …)` on the second. */
export const by =
  (index: number, choose: (value: number) => Kind | undefined): Kind =>
  (arg, call) => {
    const other = call.args[index];
    return typeof other === 'number' || typeof other === 'bigint' ? choose(Number(other))?.(arg, call) : undefined;
  };

/** The bytes that an argument points at, and what pointers among them lead to. */
export function pointedBy(arg: DescribableArg): Pointed | undefined {
  if (arg instanceof Uint8Array) return { name: `<${arg.byteLength} bytes>`, bytes: arg };
  return arg !== null && typeof arg === 'object' && 'name' in arg ? arg : undefined;
}

/** A pointer of which only 0 is shown by name. */
export const pointer: Kind = numeric((value) => (value === 0 ? 'NULL' : `0x${BigInt.asUintN(64, BigInt(value)).toString(16)}`));

/** A NUL-terminated text. */
export const text: Kind = (arg, call) => {
  const pointed = pointedBy(arg);
  if (pointed === undefined) return pointer(arg, call);
  const end = pointed?.bytes?.indexOf(0) ?? -1;
  return end < 0 ? undefined : JSON.stringify(new TextDecoder().decode(pointed?.bytes?.subarray(0, end)));
};

const shownBytes = 32;

/** Bytes as they are, of which the argument `size` says how many. */
export const data =
  (size: number): Kind =>
  (arg, call) => {
    const bytes = pointedBy(arg)?.bytes;
    if (bytes === undefined) return pointer(arg, call);
    const count = call.args[size];
    return quote(typeof count === 'number' || typeof count === 'bigint' ? bytes.subarray(0, Number(count)) : bytes);
  };

export function quote(bytes: Uint8Array): string {
  const content = new TextDecoder('latin1').decode(bytes.subarray(0, shownBytes));
  // eslint-disable-next-line no-control-regex
  const escaped = content.replace(/[^\x20-\x7e]/g, (char) =>
    char === '\n' ? '\\n' : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped.replaceAll('"', '\\"')}"${bytes.byteLength > shownBytes ? '...' : ''}`;
}
