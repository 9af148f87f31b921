import type { Mount } from '@standpipe/oci-spec';
import { type Finding, milder, type Severity } from '../finding.js';
import type { Subject } from '../subject.js';

/** What of a host is not a container's to have. The first that fits counts. */
const sensitive: readonly { path: RegExp; severity: Severity; message: string }[] = [
  { path: /^\/$/, severity: 'critical', message: 'the whole of the host' },
  {
    path: /\/(docker|containerd|podman|crio|buildkitd|dockershim)\.sock$/,
    severity: 'critical',
    message: 'a socket that starts containers with all rights',
  },
  { path: /^\/(proc|sys|dev)(\/|$)/, severity: 'critical', message: "the host's kernel interfaces" },
  { path: /^\/(boot|lib\/modules|usr\/lib\/modules)(\/|$)/, severity: 'high', message: "the host's kernel and its modules" },
  {
    path: /^\/(etc|root)(\/(ssh|shadow|sudoers.*|cron.*|systemd.*|pam\.d.*|kubernetes.*))?$/,
    severity: 'critical',
    message: "the host's configuration and keys",
  },
  { path: /^\/(usr|bin|sbin|lib|lib64)$/, severity: 'critical', message: "the host's programs" },
  { path: /^\/var\/lib\/(docker|containerd|containers|kubelet|etcd)(\/|$)/, severity: 'critical', message: "other containers' files" },
  { path: /^\/(run|var\/run|var|var\/lib|home)$/, severity: 'high', message: 'much of the host' },
];

/** Inside, files of procfs and sysfs that are the whole machine's. */
const machineFiles: readonly { path: string; kept: 'masked' | 'readonly'; severity: Severity }[] = [
  { path: '/proc/kcore', kept: 'masked', severity: 'medium' },
  { path: '/proc/keys', kept: 'masked', severity: 'low' },
  { path: '/proc/timer_list', kept: 'masked', severity: 'low' },
  { path: '/proc/scsi', kept: 'masked', severity: 'low' },
  { path: '/sys/firmware', kept: 'masked', severity: 'low' },
  { path: '/sys/devices/virtual/powercap', kept: 'masked', severity: 'low' },
  { path: '/proc/sysrq-trigger', kept: 'readonly', severity: 'medium' },
  { path: '/proc/sys', kept: 'readonly', severity: 'medium' },
  { path: '/proc/irq', kept: 'readonly', severity: 'low' },
  { path: '/proc/bus', kept: 'readonly', severity: 'low' },
];

export function checkFiles({ spec, mapped, has }: Subject): Finding[] {
  const { mounts = [], root, linux = {} } = spec;
  const findings: Finding[] = mounts.flatMap((mount, i) => checkMount(mount, `/mounts/${String(i)}`, { mapped, has }));
  if (root?.readonly !== true)
    findings.push({
      id: 'root.writable',
      severity: 'low',
      pointer: '/root/readonly',
      message: 'it can change its own programs, and what gets in can stay',
      fix: 'set it to true, with a tmpfs where it has to write',
    });
  if (mapped) return findings;
  const mounted = (path: string): boolean =>
    mounts.some(({ type, destination }) => (type === 'proc' || type === 'sysfs') && path.startsWith(`${destination}/`));
  for (const { path, kept, severity } of machineFiles) {
    const lists = kept === 'masked' ? [linux.maskedPaths] : [linux.maskedPaths, linux.readonlyPaths];
    const isKept = lists.some((list) => list?.some((entry) => path === entry || path.startsWith(`${entry}/`)) === true);
    if (!mounted(path) || isKept || isReadOnly(mounts, path, kept)) continue;
    findings.push({
      id: `files.${path.slice(1).replaceAll('/', '.')}`,
      severity,
      pointer: kept === 'masked' ? '/linux/maskedPaths' : '/linux/readonlyPaths',
      message: `it can ${kept === 'masked' ? 'read' : 'write to'} ${path}, which is the whole machine's`,
      fix: `add "${path}"`,
    });
  }
  return findings;
}

function isReadOnly(mounts: readonly Mount[], path: string, kept: 'masked' | 'readonly'): boolean {
  if (kept === 'masked') return false;
  return mounts.some(({ destination, options = [] }) => path.startsWith(`${destination}/`) && options.includes('ro'));
}

function checkMount(
  { destination, type, source = '', options = [] }: Mount,
  pointer: string,
  { mapped, has }: Pick<Subject, 'mapped' | 'has'>,
): Finding[] {
  const readonly = options.includes('ro');
  const findings: Finding[] = [];
  if (options.includes('bind') || options.includes('rbind') || type === 'bind') {
    const hit = sensitive.find(({ path }) => path.test(source.replace(/\/+$/, '') || '/'));
    if (hit !== undefined)
      findings.push({
        id: 'mounts.host-path',
        severity: readonly && !source.endsWith('.sock') ? milder(hit.severity) : hit.severity,
        pointer: `${pointer}/source`,
        message: `${source} is at ${destination}${readonly ? ', read-only' : ''}: ${hit.message}`,
        fix: 'bind the one file or directory that is needed, read-only where that will do',
      });
    if (!options.includes('nosuid') && !mapped)
      findings.push({
        id: 'mounts.suid',
        severity: 'low',
        pointer: `${pointer}/options`,
        message: `a setuid program that it makes in ${destination} works on the host, where it is ${source}`,
        fix: 'add "nosuid", and "nodev"',
      });
  }
  if (options.some((option) => option === 'shared' || option === 'rshared'))
    findings.push({
      id: 'mounts.shared',
      severity: 'medium',
      pointer: `${pointer}/options`,
      message: `what it mounts below ${destination} shows up on the host`,
      fix: 'say rslave or rprivate',
    });
  if (type === 'sysfs' && !readonly && !mapped)
    findings.push({
      id: 'mounts.sysfs',
      severity: 'high',
      pointer: `${pointer}/options`,
      message: 'sysfs is writable: the machine can be configured from inside',
      fix: 'add "ro"',
    });
  if (type === 'cgroup' && !readonly && !mapped)
    findings.push({
      id: 'mounts.cgroup',
      severity: has('CAP_SYS_ADMIN') ? 'critical' : 'medium',
      pointer: `${pointer}/options`,
      message: 'its cgroups are writable: it can lift its own limits, and on cgroup v1 have the host run a program (release_agent)',
      fix: 'add "ro"',
    });
  return findings;
}
