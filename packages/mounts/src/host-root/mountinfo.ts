import type { HostMount } from './host-tree.js';

/**
 * Parses what is needed here of /proc/PID/mountinfo. Of mounts on one place the last counts: it hides the others.
 *
 * @man proc_pid_mountinfo(5)
 */
export function parseHostMounts(mountinfo: string): HostMount[] {
  const mounts = new Map<string, HostMount>();
  for (const line of mountinfo.split('\n')) {
    const [own, rest] = line.split(' - ');
    const [, , , , mountPoint, options] = (own ?? '').split(' ');
    const [fsType] = (rest ?? '').split(' ');
    if (mountPoint === undefined || options === undefined || fsType === undefined) continue;
    const path = unescapeOctal(mountPoint);
    mounts.delete(path);
    mounts.set(path, { mountPoint: path, fsType, noexec: options.split(',').includes('noexec') });
  }
  return [...mounts.values()];
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
