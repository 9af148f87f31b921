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
  scheduling: 'cat /proc/1/oom_score_adj; cut -d" " -f18-19,40-41 /proc/1/stat; cat /proc/1/personality 2>/dev/null; grep allowed /proc/1/status',
  network: 'cat /proc/net/dev | cut -d: -f1; cat /proc/sys/net/ipv4/ip_unprivileged_port_start',
  namespaces: 'ls /proc/1/ns',
  root: 'stat -c "%A %u:%g %n" / /dev /dev/shm /dev/pts /proc /sys /tmp; touch /probe 2>&1 && rm /probe',
  masked: 'for p in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/scsi /sys/firmware /proc/acpi; do stat -c "%n %A" $p 2>/dev/null; head -c1 $p 2>/dev/null | wc -c; done',
  writable: 'for p in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/bus /proc/fs /proc/irq /sys /etc; do test -w $p && echo "$p writable"; done',
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
    view[name] = (name === 'mounts' ? lines.map(normalizeMount) : lines).join('\n');
  }
  return view;
}

/** Mount ids, peer group numbers and device numbers of new superblocks are any. */
function normalizeMount(line: string): string {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root, point, options, ...optional] = before.split(' ');
  return [root, point, options, ...optional.map((field) => field.replace(/:\d+/, '')), '-', after].join(' ');
}
