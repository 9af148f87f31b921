import { AT, CLONE, O, P, W } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  format,
  label,
  load,
  type Op,
  openHostProc,
  type OpNotes,
  type Origin,
  type Reg,
  reg,
  section,
  type Section,
  store,
  sys,
  words,
  writeProcessFile,
} from '@standpipe/program';
import { MOUNT_ATTR } from './constants.js';
import type { MountIdMapping } from './mount.js';

const SIGCHLD = 17;
const USERNS_FIELD = 24;

/** The maps of a mount, or of a user namespace. */
export interface IdMaps {
  readonly uidMappings: readonly MountIdMapping[];
  readonly gidMappings: readonly MountIdMapping[];
}

/** Where a mount takes its maps from: its own, or a user namespace that exists. */
export type IdmapSource = IdMaps | { readonly path: string };

/** The user namespaces that idmapped mounts take their maps from, each opened once. */
export class UserNamespaces {
  readonly #fds = new Map<string, Reg>();
  readonly #sections: Section[] = [];
  readonly #origin: Origin;
  #open: Op[] = [];

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  /** Host half, before the clone: opens them all. */
  get open(): readonly Op[] {
    return this.#open;
  }

  get sections(): readonly Section[] {
    return this.#sections;
  }

  /** The fd of a user namespace with these maps. */
  fdOf(source: IdmapSource, notes: OpNotes & { say: string }): Reg {
    const key = JSON.stringify('path' in source ? source.path : [source.uidMappings.map(lineOf), source.gidMappings.map(lineOf)]);
    let fd = this.#fds.get(key);
    if (fd === undefined) {
      fd = reg('user namespace of a mount');
      this.#fds.set(key, fd);
      if ('path' in source) this.#open.push(sys('openat', [AT.FDCWD, source.path, O.RDONLY | O.CLOEXEC], { to: fd, ...notes }));
      else this.#open = [...this.#open, ...this.#make(source, fd, notes)];
    }
    return fd;
  }

  /** A child is born in it, stays until its maps are written and it is open, or until we are gone, and ends. */
  #make({ uidMappings, gidMappings }: IdMaps, to: Reg, notes: OpNotes & { say: string }): Op[] {
    const start = label('holder of a user namespace');
    const [pipe, cell, path] = [buf('pipe', 8), buf('pidfd', 4), buf('path below proc', 32)];
    const [proc, pid, pidfd, reading, writing] = [reg('proc'), reg('holder'), reg('holder pidfd'), reg('reading end'), reg('writing end')];
    const args = words('clone_args', [CLONE.NEWUSER | CLONE.PIDFD, cell, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
    const byte = buf('nothing', 1);
    this.#sections.push(
      section(
        'holder of a user namespace',
        start,
        [closeFd(writing), sys('read', [reading, byte, 1], { unless: { errno: 'any' } })],
        [sys('exit_group', [0])],
        this.#origin,
      ),
    );
    return [
      ...openHostProc(proc),
      sys('pipe2', [pipe, O.CLOEXEC], notes),
      load(pipe, 4, reading),
      load(at(pipe, 4), 4, writing),
      sys('clone3', [args, args.size], { to: pid, ...notes }),
      branch(pid, '==', 0, start),
      load(cell, 4, pidfd),
      closeFd(reading),
      ...writeProcessFile(proc, [pid, '/gid_map'], gidMappings.map(lineOf).join(''), notes),
      ...writeProcessFile(proc, [pid, '/uid_map'], uidMappings.map(lineOf).join(''), notes),
      format(path, [pid, '/ns/user']),
      sys('openat', [proc, path, O.RDONLY | O.CLOEXEC], { to, ...notes }),
      closeFd(writing),
      sys('waitid', [P.PIDFD, pidfd, null, W.EXITED, null], { unless: { errno: 'any' } }),
      closeFd(pidfd),
      closeFd(proc),
    ];
  }
}

function lineOf({ containerID, hostID, size }: MountIdMapping): string {
  return `${String(containerID)} ${String(hostID)} ${String(size)}\n`;
}

/**
 * Has a detached mount show its files' owners as the user namespace maps them.
 *
 * @man mount_setattr(2)
 * @kernel 5.12; each filesystem has its own: ext4 and xfs 5.12, btrfs 5.15, overlayfs 5.19, tmpfs 6.3
 * @errno EINVAL the filesystem doesn't know it
 * @errno EPERM whoever does it is no root of the user namespace that the filesystem was mounted in
 */
export function setIdmap(tree: Reg, userNamespace: Reg, { recursive, ...notes }: OpNotes & { recursive: boolean }): Op[] {
  const attr = words('mount_attr', [MOUNT_ATTR.IDMAP, 0, 0, 0]);
  return [
    store(at(attr, USERNS_FIELD), 8, userNamespace),
    sys('mount_setattr', [tree, '', AT.EMPTY_PATH | (recursive ? AT.RECURSIVE : 0), attr, attr.size], notes),
  ];
}
