import { unknownArchitecture } from './errors.js';

/** The architectures whose tables are known. All are 64-bit; s390x alone is big-endian. */
export type Arch = 'x64' | 'arm64' | 'riscv64' | 'ppc64le' | 's390x';

/** Every known architecture. */
export const architectures: readonly Arch[] = ['x64', 'arm64', 'riscv64', 'ppc64le', 's390x'];

/** The architecture this process runs on. Throws for one that has no tables here. */
export function hostArch(): Arch {
  switch (process.arch as string) {
    case 'x64':
    case 'arm64':
    case 'riscv64':
    case 's390x':
      return process.arch as Arch;
    case 'ppc64':
      if (littleEndian) return 'ppc64le';
  }
  throw unknownArchitecture(process.arch);
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
