import { closeFd, type Op, type Reg, reg, sys, undo } from '@standpipe/program';
import { O } from '@standpipe/syscalls';
import type { CgroupDirectory } from './directory.js';
import type { CgroupPlace } from './place.js';

/** The names of the files that say which cgroups a container has. */
export interface CgroupRecordFiles {
  /** Before they are made: some of them may be missing, or be another's. */
  readonly making: string;
  /** They are there, and the container's. */
  readonly made: string;
}

export interface PlannedRecord {
  /** Before the cgroups are made. Undone, like them, when anything fails later, and at the section's end. */
  readonly begin: Op[];
  /** When they are. One rename(2). */
  readonly finish: Op[];
}

/**
 * Writes down which cgroups are the container's, so that they are found again whenever its runtime is killed: into
 * `directory`, before the first of them is made.
 */
export function planRecord(places: readonly CgroupPlace[], directory: Reg, files: CgroupRecordFiles): PlannedRecord {
  const say = "record the container's cgroups";
  const text = formatCgroupRecord(places);
  const file = reg('cgroup record');
  return {
    begin: [
      undo([sys('unlinkat', [directory, files.making, 0]), sys('unlinkat', [directory, files.made, 0])]),
      sys('openat', [directory, files.making, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC, 0o600], { to: file, say }),
      sys('write', [file, text, Buffer.byteLength(text)], { say }),
      closeFd(file),
    ],
    finish: [sys('renameat', [directory, files.making, directory, files.made], { say })],
  };
}

function formatCgroupRecord(places: readonly CgroupPlace[]): string {
  const directories = places.map(({ hierarchy: { version, controllers, mountPoint }, directory }): CgroupDirectory => ({
    version,
    controllers,
    mountPoint,
    path: directory,
  }));
  return `${JSON.stringify({ cgroups: directories })}\n`;
}

/** The directories that a record tells of; undefined when it is none, for it may have been cut off. */
export function parseCgroupRecord(text: string): CgroupDirectory[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { cgroups } = (value ?? {}) as { cgroups?: unknown };
  return Array.isArray(cgroups) && cgroups.every(isDirectory) ? cgroups : undefined;
}

function isDirectory(value: unknown): value is CgroupDirectory {
  const { version, controllers, mountPoint, path } = (value ?? {}) as Partial<Record<keyof CgroupDirectory, unknown>>;
  return (
    (version === 1 || version === 2) &&
    Array.isArray(controllers) &&
    controllers.every((one) => typeof one === 'string') &&
    typeof mountPoint === 'string' &&
    typeof path === 'string' &&
    path.startsWith(mountPoint)
  );
}
