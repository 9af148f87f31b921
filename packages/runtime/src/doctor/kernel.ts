import { release } from 'node:os';
import { type Probe, tryOps } from '@standpipe/program';

const group = 'kernel';
/** What standpipe-init is built for. */
const architectures: readonly string[] = ['x64', 'arm64'];

/** The kernel itself, and whether programs run on it at all. */
export function probeKernel(): Probe[] {
  return [
    { group, what: `Linux ${release()} on ${process.arch}`, outcome: 'yes' },
    { group, what: 'programs run from sealed memory (memfd_create, execveat)', essential: true, ...initRuns() },
  ];
}

function initRuns(): Pick<Probe, 'outcome' | 'found' | 'fix'> {
  if (!architectures.includes(process.arch)) {
    return { outcome: 'no', found: `there is no standpipe-init for ${process.arch}`, fix: `a machine with ${architectures.join(' or ')}` };
  }
  try {
    const { done, errno } = tryOps([]);
    if (done) return { outcome: 'yes' };
    return {
      outcome: 'no',
      found: `standpipe-init ended with ${errno ?? 'a signal'}`,
      fix: 'a seccomp filter around this process may forbid what it does',
    };
  } catch (error) {
    return {
      outcome: 'no',
      found: (error as Error).message,
      fix: 'sysctl vm.memfd_noexec=0, and no seccomp filter that forbids memfd_create(2) or execveat(2)',
    };
  }
}
