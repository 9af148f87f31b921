import type { Mount } from '@standpipe/oci-spec';
import { bindsEverything, cwdHidden, nothingToBind } from './errors.js';
import type { SandboxFacts } from './facts.js';
import type { SandboxOptions } from './options.js';

const safe = ['nosuid', 'nodev'];
const resolvConf = '/etc/resolv.conf';

/** The sandbox's own mounts over the host's root. `cwd` is absolute; `user` is true in a user namespace. */
export function sandboxMounts(
  options: SandboxOptions,
  facts: SandboxFacts,
  { cwd, user }: { readonly cwd: string; readonly user: boolean },
): Mount[] {
  const own = [...kernelMounts(options, user), ...temporaryFolders(facts)];
  const written = writtenPaths(options, facts);
  const shown = [...sharedResolver(options, facts), ...hiddenCwd(cwd, written)];
  return [
    ...own,
    ...shown.map((path) => bind(path, ['rro'])),
    // Parents first: what is mounted on them stays in sight.
    ...written.map((path) => bind(path, ['rw'])),
  ];
}

function bind(path: string, options: readonly string[]): Mount {
  return { destination: path, type: 'bind', source: path, options: ['rbind', 'rprivate', ...safe, ...options] };
}

function kernelMounts({ net = false }: SandboxOptions, user: boolean): Mount[] {
  const quiet = [...safe, 'noexec'];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: quiet },
    // A new sysfs takes a network namespace of the same owner.
    user && net
      ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'rprivate', ...quiet, 'rro'] }
      : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...quiet, 'ro'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=65536k'] },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', ...(user ? [] : ['gid=5'])],
    },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...quiet, 'mode=1777', 'size=50%'] },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: quiet },
  ];
}

/** /run as well: what listens there would do for the command what the command can't. */
function temporaryFolders({ isDirectory, realpath }: SandboxFacts): Mount[] {
  const tmpfs = (destination: string, mode: string): Mount => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [...safe, `mode=${mode}`],
  });
  const own = isDirectory('/var/tmp') && realpath('/var/tmp') === '/var/tmp';
  return [tmpfs('/run', '755'), tmpfs('/tmp', '1777'), ...(own ? [tmpfs('/var/tmp', '1777')] : [])];
}

function writtenPaths({ rw = [] }: SandboxOptions, { realpath }: SandboxFacts): string[] {
  const paths = rw.map((path) => {
    const real = realpath(path);
    if (real === undefined) throw nothingToBind(path);
    if (real === '/') throw bindsEverything();
    return real;
  });
  return [...new Set(paths)].sort();
}

/** Names are resolved as the host does only with its resolv.conf, which often lies in /run. */
function sharedResolver({ net = false }: SandboxOptions, { realpath }: SandboxFacts): string[] {
  const real = net ? realpath(resolvConf) : undefined;
  return real !== undefined && isBelow(real, '/run') ? [real] : [];
}

/** A working directory below /tmp is seen, and can't be changed: nothing is there to write to that would vanish. */
function hiddenCwd(cwd: string, written: readonly string[]): string[] {
  if (written.some((path) => path === cwd || isBelow(cwd, path))) return [];
  if (isBelow(cwd, '/run')) throw cwdHidden(cwd, '/run');
  return ['/tmp', '/var/tmp'].some((folder) => isBelow(cwd, folder)) ? [cwd] : [];
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}
