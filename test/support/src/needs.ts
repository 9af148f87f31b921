import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { skip } from './skip.js';

// An ordinary user's PATH may lack these, and runc lives in one of them.
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Debian's package for a program, where the two differ in name. */
const packages: Readonly<Record<string, string>> = {
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  busybox: 'busybox-static',
  ctr: 'containerd',
  dockerd: 'docker.io',
  ip: 'iproute2',
  newuidmap: 'uidmap',
  ps: 'procps',
  script: 'bsdutils',
  'qemu-aarch64-static': 'qemu-user-static',
  'qemu-system-x86_64': 'qemu-system-x86',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** The path of a program on PATH or in the system's sbin folders. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Skips the test unless the program is installed, and returns its path. In CI a missing one is a failure: see reporter.mjs. */
export function needs(context: Mocha.Context, program: string): string {
  return findProgram(program) ?? skip(context, `${program} is not installed (Debian: apt-get install ${packages[program] ?? program})`);
}

/** Skips the test unless it runs as root. */
export function needsRoot(context: Mocha.Context): void {
  if (process.geteuid?.() !== 0) skip(context, 'needs root');
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
