import { O } from '@standpipe/syscalls';
import { closeFd, type Op, type Reg, reg, sys, undo } from '@standpipe/program';
import { stateFile } from './files.js';

export interface CgroupRecordPlan {
  /** Before the first of them is made. Undone when anything fails later, and at the section's end. */
  readonly making: Op[];
  /** When all are there: what they name is the container's from now on. One rename(2). */
  readonly made: Op[];
}

/** Writes down which cgroups are the container's, as absolute paths, so that they are found again at whatever op its runtime is killed. */
export function planCgroupRecord(directories: readonly string[], dir: Reg): CgroupRecordPlan {
  const say = "record the container's cgroups";
  const text = `${JSON.stringify(directories)}\n`;
  const file = reg('cgroup record');
  return {
    making: [
      undo([sys('unlinkat', [dir, stateFile.makingCgroups, 0]), sys('unlinkat', [dir, stateFile.cgroups, 0])]),
      sys('openat', [dir, stateFile.makingCgroups, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC, 0o600], { to: file, say }),
      sys('write', [file, text, Buffer.byteLength(text)], { say }),
      closeFd(file),
    ],
    made: [sys('renameat', [dir, stateFile.makingCgroups, dir, stateFile.cgroups], { say })],
  };
}

/** The paths of such a record. Of one that was cut off, or of none, there are none. */
export function parseCgroupRecord(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((path): path is string => typeof path === 'string' && path.startsWith('/')) : [];
  } catch {
    return [];
  }
}
