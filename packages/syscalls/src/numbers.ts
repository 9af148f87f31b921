import { type Arch, hostArch } from './arch.js';
import { noSuchSyscall } from './errors.js';
import { names, numbers, type SyscallName } from './generated/syscall-numbers.js';

export type { SyscallName };

/**
 * The number of a system call. Throws where the architecture lacks it: arm64 has `openat` and no `open`.
 *
 * A number says that headers know the call; whether this kernel does shows when it is made (ENOSYS).
 */
export function syscallNumber(name: SyscallName, arch: Arch = hostArch()): number {
  const nr = findSyscall(name, arch);
  if (nr === undefined) throw noSuchSyscall(name, arch);
  return nr;
}

/** The number of any name, as seccomp profiles spell them; undefined where the architecture lacks it. */
export function findSyscall(name: string, arch: Arch = hostArch()): number | undefined {
  return tableOf(arch).byName.get(name);
}

/** The name of a number, undefined for numbers that nobody has taken. */
export function syscallName(nr: number, arch: Arch = hostArch()): string | undefined {
  return tableOf(arch).byNumber[nr];
}

/** Every system call of an architecture, in the order of the numbers. */
export function syscallNames(arch: Arch = hostArch()): string[] {
  return tableOf(arch).byNumber.filter((name) => name !== undefined);
}

interface Table {
  readonly byName: ReadonlyMap<string, number>;
  readonly byNumber: readonly (string | undefined)[];
}

// Decoded on first use: importing the package costs two string constants.
const tables: Partial<Record<Arch, Table>> = {};

function tableOf(arch: Arch): Table {
  return (tables[arch] ??= decode(numbers[arch]));
}

function decode(column: string): Table {
  const byName = new Map<string, number>();
  const byNumber: (string | undefined)[] = [];
  let at = 0;
  for (const name of names.split(' ')) {
    const digits = column.slice(at, (at += 2));
    if (digits === '--') continue;
    const nr = Number.parseInt(digits, 36);
    byName.set(name, nr);
    byNumber[nr] = name;
  }
  return { byName, byNumber };
}
