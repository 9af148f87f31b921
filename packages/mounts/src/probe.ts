import { type Op, type Probe, probeOps, reg, sys } from '@standpipe/program';
import { AT, CLONE, O, RESOLVE } from '@standpipe/syscalls';
import { FS_CLOEXEC, FSCONFIG, MOUNT_ATTR, OPEN_TREE_CLONE } from './constants.js';

const group = 'mounts';
const MOUNT_ATTR_SIZE = 32;

/** What this library needs of the kernel, and what else it could have. `uid` is that of who mounts. */
export function probeMounts({ uid }: { readonly uid: number }): Probe[] {
  const own = sys('unshare', [uid === 0 ? CLONE.NEWNS : CLONE.NEWNS | CLONE.NEWUSER]);
  return [
    probeOps({
      group,
      what: 'paths resolved inside a root (openat2)',
      kernel: '5.6',
      essential: true,
      ops: [sys('openat2', [AT.FDCWD, '/', how(O.PATH | O.CLOEXEC, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS), 24])],
    }),
    probeOps({
      group,
      what: 'filesystems made and mounted by file descriptor (fsopen, open_tree, mount_setattr)',
      kernel: '5.12',
      essential: true,
      ops: [own, ...detached('tmpfs', MOUNT_ATTR.RDONLY), sys('open_tree', [AT.FDCWD, '/', OPEN_TREE_CLONE | O.CLOEXEC | AT.RECURSIVE])],
    }),
    probeOps({
      group,
      what: 'links that are not followed (nosymfollow)',
      kernel: '5.14',
      ops: [own, ...detached('tmpfs', MOUNT_ATTR.NOSYMFOLLOW)],
    }),
    probeOps({
      group,
      what: 'idmapped mounts, by filesystem',
      kernel: '5.12',
      // There is no such namespace, which only a kernel finds that would use it.
      known: ['EBADF'],
      ops: [own, ...detached('tmpfs', MOUNT_ATTR.IDMAP, 1 << 20)],
    }),
    probeOps({ group, what: 'overlay', fix: 'load the module: modprobe overlay', ops: [own, sys('fsopen', ['overlay', FS_CLOEXEC])] }),
    probeOps({
      group,
      what: 'overlay in user namespaces, for ordinary users',
      kernel: '5.11',
      fix: 'needs Linux 5.11 or newer, and user namespaces; fuse-overlayfs does without',
      ops: [sys('unshare', [CLONE.NEWUSER | CLONE.NEWNS]), ...overlayOf('/etc', '/usr')],
    }),
  ];
}

/** A filesystem that is mounted nowhere, with attributes. */
function detached(type: string, attributes: number, usernsFd = 0): Op[] {
  const [context, mount] = [reg('context'), reg('mount')];
  const attr = new Uint8Array(MOUNT_ATTR_SIZE);
  const view = new DataView(attr.buffer);
  view.setBigUint64(0, BigInt(attributes), true);
  view.setBigUint64(24, BigInt(usernsFd), true);
  return [
    sys('fsopen', [type, FS_CLOEXEC], { to: context }),
    sys('fsconfig', [context, FSCONFIG.CMD_CREATE, null, null, 0]),
    sys('fsmount', [context, FS_CLOEXEC, 0], { to: mount }),
    sys('mount_setattr', [mount, '', AT.EMPTY_PATH, attr, MOUNT_ATTR_SIZE]),
  ];
}

/** Two directories of the host, one over the other, mounted nowhere. */
function overlayOf(upper: string, lower: string): Op[] {
  const context = reg('context');
  return [
    sys('fsopen', ['overlay', FS_CLOEXEC], { to: context }),
    sys('fsconfig', [context, FSCONFIG.SET_STRING, 'lowerdir', `${upper}:${lower}`, 0]),
    sys('fsconfig', [context, FSCONFIG.CMD_CREATE, null, null, 0]),
  ];
}

/** struct open_how */
function how(flags: number, resolve: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(flags), true);
  view.setBigUint64(16, BigInt(resolve), true);
  return bytes;
}
