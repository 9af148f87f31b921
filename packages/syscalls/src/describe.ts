import { type Arch, hostArch } from './arch.js';
import type { SyscallArg } from './port.js';
import { signatures } from './signatures.js';

/** What an argument points at, and how the pointer itself is shown where its content is not. */
export interface Pointed {
  readonly name: string;
  /** The bytes from there on; none when they can't be known. */
  readonly bytes?: Uint8Array | undefined;
  /** What the pointer that lies `offset` bytes further leads to; undefined when there is none. */
  readonly follow?: ((offset: number) => Pointed | undefined) | undefined;
}

/** An argument as passed, or the strings that one pointer stands for, as argv does, or what is known of it by other means. */
export type DescribableArg = SyscallArg | readonly string[] | Pointed;

/**
 * A call as strace(1) prints it, without its result: `openat2(3, "etc", {flags=O_PATH|O_CLOEXEC,
 * resolve=RESOLVE_IN_ROOT}, 24)`. Flags and structures are shown for the calls that container plumbing
 * makes; others show their numbers.
 */
export function describeCall(name: string, args: readonly DescribableArg[], arch: Arch = hostArch()): string {
  const kinds = signatures[name];
  return `${name}(${args.map((arg, index) => kinds?.[index]?.(arg, { args, arch }) ?? describeValue(arg)).join(', ')})`;
}

function describeValue(arg: DescribableArg): string {
  if (arg === null) return 'NULL';
  if (typeof arg === 'string') return JSON.stringify(arg);
  if (arg instanceof Uint8Array) return `<${arg.byteLength} bytes>`;
  if (typeof arg !== 'object') return String(arg);
  return 'name' in arg ? arg.name : `[${arg.map((item) => JSON.stringify(item)).join(', ')}]`;
}
