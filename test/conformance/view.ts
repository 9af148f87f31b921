/** What a container sees of itself, section by section, as a shell script of busybox prints it. */
const sections: Readonly<Record<string, string>> = {
  mounts: 'cat /proc/self/mountinfo',
  status: 'grep -E "^(Uid|Gid|Groups|NSpid|Cap|NoNewPrivs|Seccomp:|Umask|SigBlk|SigIgn|SigCgt|Tgid|PPid)" /proc/1/status',
  limits: 'cat /proc/1/limits',
  ids: 'id; cat /proc/self/uid_map /proc/self/gid_map; cat /proc/self/setgroups',
  environment: "tr '\\000' '\\n' < /proc/1/environ",
  command: "tr '\\000' ' ' < /proc/1/cmdline; echo; readlink /proc/1/exe; readlink /proc/1/cwd; readlink /proc/1/root",
  devices: 'cd /dev; for f in * pts/ptmx; do stat -c "%n %A %u:%g %t:%T %N" $f; done',
  streams: 'ls /proc/1/fd; readlink /proc/1/fd/0',
  names: 'hostname; cat /proc/sys/kernel/domainname',
  scheduling:
    'cat /proc/1/oom_score_adj; cut -d" " -f18-19,40-41 /proc/1/stat; cat /proc/1/personality 2>/dev/null; grep allowed /proc/1/status',
  network: 'cat /proc/net/dev | cut -d: -f1; ip addr; ip route show table all; cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
  namespaces: 'ls /proc/1/ns',
  cgroups: 'cat /proc/1/cgroup',
  root: 'stat -c "%A %u:%g %n" / /dev /dev/shm /dev/pts /proc /sys /tmp; touch /probe 2>&1 && rm /probe',
  masked:
    'for p in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/scsi /sys/firmware /proc/acpi; do stat -c "%n %A" $p 2>/dev/null; head -c1 $p 2>/dev/null | wc -c; done',
  writable:
    'for p in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/bus /proc/fs /proc/irq /sys /etc; do test -w $p && echo "$p writable"; done',
};

export const sectionNames: readonly string[] = Object.keys(sections);

/** The script that prints all sections. */
export const viewScript: string = Object.entries(sections)
  .map(([name, script]) => `echo "== ${name}"; (${script})`)
  .join('\n');

/** The printed view by section, without what differs between any two containers. */
export function parseView(text: string): Readonly<Record<string, string>> {
  const view: Record<string, string> = {};
  for (const part of text.split(/^== /m).slice(1)) {
    const [name = '', ...lines] = part.trimEnd().split('\n');
    view[name] = normalize(name, lines).join('\n');
  }
  return view;
}

function normalize(section: string, lines: readonly string[]): string[] {
  // In which order mounts were made that do not lie upon each other is nobody's business.
  if (section === 'mounts') return lines.map(normalizeMount).toSorted();
  // Node connects its children by socket pairs, whatever the runtime.
  if (section === 'streams') return lines.map((line) => line.replace(/^(pipe|socket):\[\d+\]$/, 'a pipe'));
  // Whether the message queues' root is the container's root, or nobody's, depends on whether the
  // ipc namespace was made after becoming root or with the user namespace.
  // crun links /dev/core even where there is no /proc/kcore.
  if (section === 'devices')
    return lines.filter((line) => !line.startsWith('core ')).map((line) => line.replace(/^(mqueue \S+) \d+:\d+/, '$1 ?:?'));
  return [...lines];
}

/**
 * The mounts as every runtime must have them: where, with which flags, and of which type. How a path
 * is masked and what a superblock says are its own, and so are the flags that a bind of a part of
 * procfs or of a device takes over, but for being read-only.
 */
export function essentialMounts(mounts: string): string {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([root, point = '']) => point !== '/sys/fs/cgroup/hugetlb' && root !== '/null' && !masked.includes(point))
    .map(([root = '', point, options = '', ...rest]) => {
      const type = rest[rest.indexOf('-') + 1] ?? '';
      const partial = (type === 'proc' && root !== '/') || type === 'devtmpfs';
      return [point, partial ? options.slice(0, 2) : options, type].join(' ');
    })
    .toSorted()
    .join('\n');
}

const masked = [
  '/proc/acpi',
  '/proc/scsi',
  '/proc/keys',
  '/proc/interrupts',
  '/proc/timer_list',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/**
 * Mount ids, peer group numbers and device numbers of new superblocks are any. What else is left out: whether the folder of
 * cgroup v1 hierarchies is read-only where it was asked for (runc leaves it writable), and how large an empty tmpfs that masks could be.
 */
function normalizeMount(line: string): string {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '', point = '', options = '', ...optional] = before.split(' ');
  const [type = ''] = after.split(' ');
  return [
    root,
    point,
    point === '/sys/fs/cgroup' && type === 'tmpfs' ? options.replace(/^r[ow]/, 'r?') : options,
    ...optional.map((field) => field.replace(/:\d+/, '')),
    '-',
    after.replace(/,size=\d+k,nr_inodes=1\b/, ''),
  ].join(' ');
}
