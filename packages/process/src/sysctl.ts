import type { SpecIssue } from '@standpipe/errors';
import { O } from '@standpipe/syscalls';
import { closeFd, type Op, openProcFile, type Reg, reg, sys } from '@standpipe/program';
import type { NamespaceNeed } from './own-namespaces.js';

/** A sysctl that is to be set. */
export interface Sysctl {
  readonly name: string;
  /** Below /proc/sys. */
  readonly path: string;
  readonly value: string;
  /** The kind of namespace that it belongs to. */
  readonly kind: NamespaceNeed['kind'];
  readonly pointer: string;
}

const ipcSysctls: ReadonlySet<string> = new Set(
  ['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map((name) => `kernel/${name}`),
);

/**
 * Turns `linux.sysctl` into files of /proc/sys, those that the kernel keeps for each namespace; any
 * other would be the host's. As with sysctl(8), the first of `.` and `/` is what separates, and
 * the other stands for the separator inside a name: `net.ipv4.conf.eth0/100.forwarding`.
 */
export function parseSysctls(sysctls: Readonly<Record<string, string>>, pointer: string, issues: SpecIssue[]): Sysctl[] {
  return Object.entries(sysctls).flatMap(([name, value]) => {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const parts = splitName(name);
    const path = parts.join('/');
    const kind = kindOf(path);
    if (parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      issues.push({ pointer: at, message: `${JSON.stringify(name)} is no sysctl` });
    } else if (path === 'kernel/hostname') {
      issues.push({
        pointer: at,
        message: `the sysctl ${JSON.stringify(name)} contradicts hostname`,
        expected: 'hostname, at the top of the config',
      });
    } else if (kind === undefined) {
      issues.push({
        pointer: at,
        message: `the sysctl ${JSON.stringify(name)} is not kept for each namespace: it would be set for the whole host`,
      });
    } else if (value.includes('\0')) {
      issues.push({ pointer: at, message: `the value of the sysctl ${JSON.stringify(name)} contains a NUL` });
    } else {
      return [{ name, path, value, kind, pointer: at }];
    }
    return [];
  });
}

function splitName(name: string): string[] {
  const separator = /[./]/.exec(name)?.[0];
  if (separator === '/') return name.split('/');
  return name.split('.').map((part) => part.replaceAll('/', '.'));
}

/** @man namespaces(7), user_namespaces(7) */
function kindOf(path: string): Sysctl['kind'] | undefined {
  if (ipcSysctls.has(path) || path.startsWith('fs/mqueue/')) return 'ipc';
  if (path.startsWith('net/')) return 'network';
  if (path === 'kernel/domainname') return 'uts';
  return path.startsWith('user/') ? 'user' : undefined;
}

/** Plans the writes below a verified procfs. The value is written as it is, in one piece. */
export function planSysctls(sysctls: readonly Sysctl[], proc: Reg): Op[] {
  return sysctls.flatMap(({ name, path, value, pointer }) => {
    const file = reg(name);
    const notes = { say: `set the sysctl ${name} to ${JSON.stringify(value)}`, pointer };
    return [
      openProcFile(proc, `sys/${path}`, O.WRONLY, file, notes),
      sys('write', [file, value, Buffer.byteLength(value)], notes),
      closeFd(file),
    ];
  });
}
