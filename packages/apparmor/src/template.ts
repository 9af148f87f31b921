import { invalidName } from './errors.js';
import { quoteName } from './parser.js';

/** What a container's profile is made from. */
export interface ProfileTemplate {
  readonly name: string;
  /** Profile that the runtime itself runs under: it may send signals to the container. `unconfined` when left out. */
  readonly runtime?: string | undefined;
  /** Paths, as the container sees them and with AppArmor's globs, that it must not write to, besides those of /proc and /sys. */
  readonly readonly?: readonly string[] | undefined;
  /** Paths that it must not reach at all. */
  readonly hidden?: readonly string[] | undefined;
  /** Networks that it may use. All when left out. */
  readonly network?: boolean | undefined;
  /** May mount within its own mount namespace. */
  readonly mount?: boolean | undefined;
}

const hostProc = ['acpi', 'asound', 'bus', 'driver', 'dynamic_debug', 'fs', 'irq', 'mpt', 'scsi', 'sysvipc', 'tty'];
const hostSysctls = ['abi', 'crypto', 'debug', 'dev', 'fs', 'sunrpc', 'user', 'vm'];
const hostSysfs = ['block', 'bus', 'class', 'dev', 'devices', 'firmware', 'hypervisor', 'kernel', 'module', 'power'];

/**
 * The text of a profile for containers: files, capabilities and networks are left to permissions, namespaces and seccomp, and
 * what is denied is what of /proc and /sys reaches beyond a container, mounting, and ptrace of what isn't in it.
 *
 * @man apparmor.d(5)
 * @throws SpecError for what can't be a name
 */
export function containerProfile({
  name,
  runtime = 'unconfined',
  readonly = [],
  hidden = [],
  network = true,
  mount = false,
}: ProfileTemplate): string {
  if (name === '' || /[\0\n]/.test(name)) throw invalidName(name, '/name');
  const [own, host] = [quoteName(name), quoteName(runtime)];
  const lines = [
    ...(network ? ['network,'] : ['deny network,']),
    'capability,',
    'file,',
    ...(mount ? ['mount,', 'remount,', 'umount,', 'pivot_root,'] : ['umount,', 'deny mount,']),
    '',
    '# From outside, and among themselves.',
    `signal (receive) peer=${host},`,
    `signal (send, receive) peer=${own},`,
    `ptrace (trace, read, tracedby, readby) peer=${own},`,
    '',
    "# What of /proc is no directory of a process is the whole machine's.",
    'deny @{PROC}/[a-z]* wkl,',
    `deny @{PROC}/{${hostProc.join(',')}}/** wkl,`,
    '# Of sys, net is kept for each namespace, and of its kernel what is about messages, semaphores and shared memory.',
    `deny @{PROC}/sys/{${hostSysctls.join(',')}}/** wkl,`,
    'deny @{PROC}/sys/kernel/{[^ms],m[^s],s[^eh],se[^m]}** wkl,',
    'deny @{PROC}/{kcore,kmem,sysrq-trigger} rwklx,',
    '',
    "# Of /sys, cgroups are the container's.",
    `deny /sys/{${hostSysfs.join(',')}}/** wkl,`,
    'deny /sys/fs/[^c]** wkl,',
    'deny /sys/{firmware,kernel/security,devices/virtual/powercap}/** rwklx,',
    ...readonly.map((path) => `deny ${quotePath(path)} wkl,`),
    ...hidden.map((path) => `deny ${quotePath(path)} rwklx,`),
  ];
  const body = lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
  return `abi <abi/3.0>,\n@{PROC}=/proc/\n\nprofile ${own} flags=(attach_disconnected,mediate_deleted) {\n${body}\n}\n`;
}

function quotePath(path: string): string {
  if (!path.startsWith('/') || /[\0\n"]/.test(path)) throw invalidName(path, '/readonly');
  return /\s/.test(path) ? `"${path}"` : path;
}
