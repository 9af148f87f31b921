import { seccompArchitectures } from '@standpipe/oci-spec';
import { type Arch, findSyscall, hostArch, syscallName } from '@standpipe/syscalls';
import type { numbers } from './generated/syscall-numbers.js';
import { findNumber, numberName } from './numbers.js';

/** What `linux.seccomp.architectures` may name. */
export const architectures = seccompArchitectures;
export type Architecture = (typeof architectures)[number];

/** How the kernel is called: whose numbers, how wide the arguments are. Most architectures have more than one. */
export interface Abi {
  readonly name: Architecture;
  /** What the kernel calls it in `seccomp_data.arch`: AUDIT_ARCH_*. x64 and x32 have the same. */
  readonly audit: number;
  /**
   * Width of the arguments. Of a 32-bit call only the low half of an argument is meant: the high one holds
   * whatever the caller left there (x64 calling by int 0x80), or the sign (mips).
   */
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** The number of a call as `seccomp_data.nr` has it. */
  readonly find: (syscall: string) => number | undefined;
  readonly nameOf: (nr: number) => string | undefined;
}

/** The bit that tells x32 calls from x64's. */
export const X32_SYSCALL_BIT = 0x4000_0000;

const LE = 0x4000_0000;
const BITS_64 = 0x8000_0000;
const N32 = 0x2000_0000;

/** ELF machine numbers, as linux/elf-em.h has them. */
const EM = { 386: 3, '68K': 4, MIPS: 8, PARISC: 15, PPC: 20, PPC64: 21, S390: 22, ARM: 40, SH: 42, X86_64: 62, AARCH64: 183, RISCV: 243 };
const EM_LOONGARCH = 258;

function own(table: keyof typeof numbers, base = 0): Pick<Abi, 'find' | 'nameOf'> {
  return {
    find: (syscall) => {
      const nr = findNumber(table, syscall);
      return nr === undefined ? undefined : nr + base;
    },
    nameOf: (nr) => numberName(table, nr - base),
  };
}

const shared = (arch: Arch): Pick<Abi, 'find' | 'nameOf'> => ({
  find: (syscall) => findSyscall(syscall, arch),
  nameOf: (nr) => syscallName(nr, arch),
});

const abis: Readonly<Record<Architecture, Omit<Abi, 'name' | 'littleEndian'>>> = {
  SCMP_ARCH_X86: { audit: EM[386] + LE, bits: 32, ...own('x86') },
  SCMP_ARCH_X86_64: { audit: EM.X86_64 + BITS_64 + LE, bits: 64, ...shared('x64') },
  SCMP_ARCH_X32: { audit: EM.X86_64 + BITS_64 + LE, bits: 64, ...own('x32', X32_SYSCALL_BIT) },
  SCMP_ARCH_ARM: { audit: EM.ARM + LE, bits: 32, ...own('arm') },
  SCMP_ARCH_AARCH64: { audit: EM.AARCH64 + BITS_64 + LE, bits: 64, ...shared('arm64') },
  SCMP_ARCH_MIPS: { audit: EM.MIPS, bits: 32, ...own('mips', 4000) },
  SCMP_ARCH_MIPS64: { audit: EM.MIPS + BITS_64, bits: 64, ...own('mips64', 5000) },
  SCMP_ARCH_MIPS64N32: { audit: EM.MIPS + BITS_64 + N32, bits: 32, ...own('mips64n32', 6000) },
  SCMP_ARCH_MIPSEL: { audit: EM.MIPS + LE, bits: 32, ...own('mips', 4000) },
  SCMP_ARCH_MIPSEL64: { audit: EM.MIPS + BITS_64 + LE, bits: 64, ...own('mips64', 5000) },
  SCMP_ARCH_MIPSEL64N32: { audit: EM.MIPS + BITS_64 + LE + N32, bits: 32, ...own('mips64n32', 6000) },
  SCMP_ARCH_PPC: { audit: EM.PPC, bits: 32, ...own('ppc') },
  SCMP_ARCH_PPC64: { audit: EM.PPC64 + BITS_64, bits: 64, ...shared('ppc64le') },
  SCMP_ARCH_PPC64LE: { audit: EM.PPC64 + BITS_64 + LE, bits: 64, ...shared('ppc64le') },
  SCMP_ARCH_S390: { audit: EM.S390, bits: 32, ...own('s390') },
  SCMP_ARCH_S390X: { audit: EM.S390 + BITS_64, bits: 64, ...shared('s390x') },
  SCMP_ARCH_PARISC: { audit: EM.PARISC, bits: 32, ...own('parisc') },
  SCMP_ARCH_PARISC64: { audit: EM.PARISC + BITS_64, bits: 64, ...own('parisc64') },
  SCMP_ARCH_RISCV64: { audit: EM.RISCV + BITS_64 + LE, bits: 64, ...shared('riscv64') },
  SCMP_ARCH_LOONGARCH64: { audit: EM_LOONGARCH + BITS_64 + LE, bits: 64, ...own('loongarch64') },
  SCMP_ARCH_M68K: { audit: EM['68K'], bits: 32, ...own('m68k') },
  SCMP_ARCH_SH: { audit: EM.SH + LE, bits: 32, ...own('sh') },
  SCMP_ARCH_SHEB: { audit: EM.SH, bits: 32, ...own('sh') },
};

export function abiOf(name: Architecture): Abi {
  const abi = abis[name];
  return { name, ...abi, littleEndian: Math.floor(abi.audit / LE) % 2 === 1 };
}

const natives: Readonly<Record<Arch, Architecture>> = {
  x64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
  riscv64: 'SCMP_ARCH_RISCV64',
  ppc64le: 'SCMP_ARCH_PPC64LE',
  s390x: 'SCMP_ARCH_S390X',
};

/** How a machine of that architecture is called by its own programs: this one's, when left out. */
export function nativeArchitecture(arch: Arch = hostArch()): Architecture {
  return natives[arch];
}
