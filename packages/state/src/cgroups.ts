import { O } from '@standpipe/syscalls';
import { closeFd, type Op, type Reg, reg, sys, undo } from '@standpipe/program';
import { stateFile } from './files.js';

export interface CgroupRecordPlan {
  /** Before the first of them is made. Undone when anything fails later, and at the section's end. */
  readonly making: Op[];
  /** When all are there: what they name is the container's from now on. One rename(2). */
  readonly made: Op[];
}

/** The unit of systemd that a container's cgroup is. */
export interface RecordedScope {
  readonly unit: string;
  /** Whose systemd it is: `system`, or the address of a user's bus. */
  readonly bus: string;
  /** What its maker calls it: a unit of that name with another description is another's. */
  readonly description: string;
}

/** Writes down which cgroups are the container's, as absolute paths, so that they are found again at whatever op its runtime is killed. */
export function planCgroupRecord(directories: readonly string[], dir: Reg, scope?: RecordedScope): CgroupRecordPlan {
  const say = "record the container's cgroups";
  const text = `${JSON.stringify(scope === undefined ? directories : { directories, scope })}\n`;
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

/** What such a record says. */
export interface CgroupRecord {
  readonly directories: readonly string[];
  readonly scope: RecordedScope | undefined;
}

/** Of a record that was cut off, or of none, there are none. */
export function parseCgroupRecord(text: string | undefined): CgroupRecord {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    const { directories, scope } = (Array.isArray(value) ? { directories: value } : value) as Partial<Record<keyof CgroupRecord, unknown>>;
    return { directories: Array.isArray(directories) ? directories.filter(isPath) : [], scope: isScope(scope) ? scope : undefined };
  } catch {
    return { directories: [], scope: undefined };
  }
}

function isPath(path: unknown): path is string {
  return typeof path === 'string' && path.startsWith('/');
}

function isScope(value: unknown): value is RecordedScope {
  const { unit, bus, description } = (value ?? {}) as Partial<Record<keyof RecordedScope, unknown>>;
  return typeof unit === 'string' && typeof bus === 'string' && typeof description === 'string';
}
