import { readdirSync, statSync } from 'node:fs';
import {
  AT,
  check,
  close,
  FS_MAGIC,
  fstatfsType,
  O,
  openat,
  openPort,
  OwnedFd,
  type SyscallPort,
  syscallNumber,
} from '@standpipe/syscalls';
import { notANamespace } from './errors.js';
import { type NamespaceKind, namespaceFacts, namespaceKinds } from './kinds.js';
import { NS_GET_NSTYPE } from './join.js';

/** Inode numbers of a process's namespaces; two processes share one when the number is the same. Kinds that the kernel lacks are missing. */
export type NamespaceInodes = Readonly<Partial<Record<NamespaceKind, number>>>;

/**
 * Reads which namespaces a process is in.
 *
 * @errno ENOENT there is no such process
 * @errno EACCES the process is another user's
 * @man namespaces(7)
 */
export function namespacesOf(pid: number | 'self'): NamespaceInodes {
  const directory = `/proc/${String(pid)}/ns`;
  const files = new Set(readdirSync(directory));
  const inodes: Partial<Record<NamespaceKind, number>> = {};
  for (const kind of namespaceKinds) {
    const { file } = namespaceFacts[kind];
    if (files.has(file)) inodes[kind] = statSync(`${directory}/${file}`).ino;
  }
  return inodes;
}

/**
 * Opens a namespace, of a process or by path, so that it lives on while the fd does.
 *
 * @throws PlumbingError `NOT_A_NAMESPACE` when the file is no namespace of that kind
 */
export function openNamespace(of: number | string, kind: NamespaceKind, port: SyscallPort = openPort()): OwnedFd {
  const path = typeof of === 'string' ? of : `/proc/${String(of)}/ns/${namespaceFacts[kind].file}`;
  const fd = openat(port, AT.FDCWD, path, O.RDONLY | O.CLOEXEC | O.NONBLOCK);
  try {
    if (fstatfsType(port, fd) !== FS_MAGIC.NSFS) throw notANamespace(path, kind);
    const type = check(port.syscall(syscallNumber('ioctl'), fd, NS_GET_NSTYPE, 0), { syscall: 'ioctl', args: [fd, 'NS_GET_NSTYPE'] });
    if (type !== namespaceFacts[kind].flag) throw notANamespace(path, kind);
  } catch (error) {
    close(port, fd);
    throw error;
  }
  return new OwnedFd(port, fd);
}
