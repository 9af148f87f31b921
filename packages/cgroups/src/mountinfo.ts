/** A mount of a cgroup filesystem, of either version. */
export interface CgroupMount {
  readonly type: 'cgroup' | 'cgroup2';
  /** The cgroup that is mounted: `/`, or another where cgroups are namespaced or were bound. */
  readonly root: string;
  readonly mountPoint: string;
  /** Of the filesystem: v1's controllers are among them. */
  readonly options: readonly string[];
}

/** The cgroup filesystems among what /proc/PID/mountinfo says, in its order. @man proc_pid_mountinfo(5) */
export function cgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const [type, , options = ''] = filesystem.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    const [, , , root = '/', mountPoint = ''] = mount.split(' ');
    return [{ type, root: unescapePath(root), mountPoint: unescapePath(mountPoint), options: options.split(',') }];
  });
}

/** Undoes the kernel's escapes: a backslash and three octal digits stand for one byte. */
function unescapePath(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8) & 0xff));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
