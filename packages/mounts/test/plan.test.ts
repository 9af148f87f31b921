import { SpecError } from '@standpipe/errors';
import { type Op, reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  type CgroupFacts,
  type Mount,
  planMaskedPaths,
  planMounts,
  type PlanMountsInput,
  planMoveRoot,
  planPivot,
  planReadonlyPaths,
  planRootfs,
  planRootReadonly,
  rootfsPath,
} from '../src/index.js';
import { notesOf, silent, straight } from './straight.js';

const root = reg('root');
const v1: CgroupFacts = {
  mountinfo:
    '32 31 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n' +
    '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  cgroup: '2:cpu,cpuacct:/own\n1:name=systemd:/',
};
const v2: CgroupFacts = { mountinfo: '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw', cgroup: '0::/own' };
const maps = { uidMappings: [{ containerID: 0, hostID: 1000, size: 10 }], gidMappings: [{ containerID: 0, hostID: 2000, size: 10 }] };

function plan(mount: Mount, input: Partial<PlanMountsInput> = {}): ReturnType<typeof planMounts> {
  return planMounts([mount], { root, bundle: '/bundle', ...input });
}

/** Says that, when all goes well, these system calls are made. */
function expectCalls(ops: readonly Op[], calls: string): void {
  expect(straight(ops)).to.deep.equal(
    calls
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  );
}

describe('planMounts', () => {
  describe('makes', () => {
    it('a procfs, on a directory and no link', () => {
      expectCalls(
        plan({ destination: '/proc', type: 'proc', source: 'proc' }).mount,
        `
        umask = umask(022)
        target = openat2(root, "proc", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY|O_NOFOLLOW, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        context = fsopen("proc", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "proc", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, 0)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a tmpfs that says its mode', () => {
      expectCalls(
        plan({ destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'] })
          .mount,
        `
        umask = umask(022)
        target = openat2(root, "dev/shm", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("tmpfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "shm", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "mode", "1777", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "size", "65536k", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a tmpfs with the mode of what it covers', () => {
      expectCalls(
        plan({ destination: '/run', type: 'tmpfs', options: ['strictatime'] }).mount,
        `
        umask = umask(022)
        target = openat2(root, "run", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        statx(target, "", AT_EMPTY_PATH, STATX_TYPE|STATX_MODE, &statx)
        fstatfs(target, &statfs)
        context = fsopen("tmpfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "mode", "1777", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_STRICTATIME)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a sysfs that is read-only, its superblock too', () => {
      expectCalls(
        plan({ destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] }).mount,
        `
        umask = umask(022)
        target = openat2(root, "sys", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY|O_NOFOLLOW, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("sysfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "sysfs", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a filesystem of any other kind', () => {
      expectCalls(
        plan({
          destination: '/data',
          type: 'ext4',
          source: '/dev/sdb1',
          options: ['noatime', 'rnodev', 'sync', 'lazytime', 'data=ordered', 'nombcache'],
        }).mount,
        `
        umask = umask(022)
        target = openat2(root, "data", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("ext4", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "/dev/sdb1", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "sync", NULL, 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "lazytime", NULL, 0)
        fsconfig(context, FSCONFIG_SET_STRING, "data", "ordered", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "nombcache", NULL, 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV|MOUNT_ATTR_NOATIME)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a bind of a file of the bundle', () => {
      expectCalls(
        plan({ destination: '/etc/hosts', source: 'hosts', options: ['bind', 'ro', 'rprivate'] }).mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/bundle/hosts", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        target = openat2(root, "etc/hosts", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        mount_setattr(tree, "", AT_EMPTY_PATH|AT_RECURSIVE, {propagation=MS_PRIVATE}, 32)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a bind with all mounts below, attributes of one and of all, and propagation', () => {
      expectCalls(
        plan({ destination: 'd', source: '/s', options: ['rbind', 'rro', 'nodev', 'exec', 'slave', 'rshared'] }).mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/s", AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NODEV, attr_clr=MOUNT_ATTR_NOEXEC}, 32)
        mount_setattr(tree, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        mount_setattr(tree, "", AT_EMPTY_PATH, {propagation=MS_SLAVE}, 32)
        mount_setattr(tree, "", AT_EMPTY_PATH|AT_RECURSIVE, {propagation=MS_SHARED}, 32)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a bind of a procfs on /proc, and looks at it', () => {
      expectCalls(
        plan({ destination: '/proc', source: '/proc', options: ['rbind'] }).mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/proc", AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        fstatfs(tree, &statfs)
        target = openat2(root, "proc", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('a change of a mount and its filesystem', () => {
      expectCalls(
        plan({ destination: '/d', options: ['remount', 'ro', 'sync', 'size=5'] }).mount,
        `
        umask = umask(022)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH|O_NOFOLLOW, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fspick(target, "", FSPICK_CLOEXEC|FSPICK_EMPTY_PATH)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "sync", NULL, 0)
        fsconfig(context, FSCONFIG_SET_STRING, "size", "5", 0)
        fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)
        close(context)
        mount_setattr(target, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        close(target)
        umask(umask)
      `,
      );
    });

    it('a change of a mount alone', () => {
      expectCalls(
        plan({ destination: '/d', options: ['remount', 'bind', 'nosuid', 'rw'] }).mount,
        `
        umask = umask(022)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH|O_NOFOLLOW, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(target, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NOSUID, attr_clr=MOUNT_ATTR_RDONLY}, 32)
        close(target)
        umask(umask)
      `,
      );
    });

    it('an overlay', () => {
      expectCalls(
        plan({ destination: '/d', type: 'overlay', source: 'overlay', options: ['lowerdir=/a:/b', 'upperdir=/u', 'workdir=/w'] }).mount,
        `
        umask = umask(022)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("overlay", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "overlay", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "lowerdir", "/a:/b", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "upperdir", "/u", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "workdir", "/w", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, 0)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('the hierarchies of cgroup v1 in a cgroup namespace', () => {
      expectCalls(
        plan(
          { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', 'nosuid'] },
          { cgroups: v1, namespaces: { cgroup: true } },
        ).mount,
        `
        umask = umask(022)
        target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("tmpfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "tmpfs", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "mode", "755", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        cgroup_root = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        mkdirat(cgroup_root, "systemd", 0755)
        mkdirat(cgroup_root, "cpu,cpuacct", 0755)
        symlinkat("cpu,cpuacct", cgroup_root, "cpu")
        symlinkat("cpu,cpuacct", cgroup_root, "cpuacct")
        mount_setattr(cgroup_root, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(cgroup_root, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        context = fsopen("cgroup", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "systemd", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_SET_STRING, "name", "systemd", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        move_mount(tree, "", cgroup_root, "systemd", MOVE_MOUNT_F_EMPTY_PATH)
        close(tree)
        context = fsopen("cgroup", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "cgroup", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "cpu", NULL, 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "cpuacct", NULL, 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        move_mount(tree, "", cgroup_root, "cpu,cpuacct", MOVE_MOUNT_F_EMPTY_PATH)
        close(tree)
        close(cgroup_root)
        umask(umask)
      `,
      );
    });

    it('the own cgroups of v1 without one', () => {
      expectCalls(
        plan({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'relatime'] }, { cgroups: v1 }).mount,
        `
        umask = umask(022)
        target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("tmpfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "tmpfs", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "mode", "755", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        cgroup_root = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC)
        close(context)
        mkdirat(cgroup_root, "systemd", 0755)
        mkdirat(cgroup_root, "cpu,cpuacct", 0755)
        symlinkat("cpu,cpuacct", cgroup_root, "cpu")
        symlinkat("cpu,cpuacct", cgroup_root, "cpuacct")
        move_mount(cgroup_root, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        tree = open_tree(AT_FDCWD, "/sys/fs/cgroup/systemd", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NOSUID, attr_clr=MOUNT_ATTR__ATIME}, 32)
        move_mount(tree, "", cgroup_root, "systemd", MOVE_MOUNT_F_EMPTY_PATH)
        close(tree)
        tree = open_tree(AT_FDCWD, "/sys/fs/cgroup/cpu,cpuacct/own", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NOSUID, attr_clr=MOUNT_ATTR__ATIME}, 32)
        move_mount(tree, "", cgroup_root, "cpu,cpuacct", MOVE_MOUNT_F_EMPTY_PATH)
        close(tree)
        close(cgroup_root)
        umask(umask)
      `,
      );
    });

    it('cgroup v2 in a cgroup namespace', () => {
      expectCalls(
        plan(
          { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'ro'] },
          { cgroups: v2, namespaces: { cgroup: true } },
        ).mount,
        `
        umask = umask(022)
        target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        context = fsopen("cgroup2", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "cgroup", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        tree = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID)
        close(context)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    for (const type of ['cgroup', 'cgroup2']) {
      it(`a bind of cgroup v2 without a cgroup namespace, lest the host lose its options: ${type}`, () => {
        expectCalls(
          plan({ destination: '/sys/fs/cgroup', type, source: 'cgroup', options: ['nosuid', 'ro'] }, { cgroups: v2 }).mount,
          `
          umask = umask(022)
          tree = open_tree(AT_FDCWD, "/sys/fs/cgroup", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
          target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
          fstatfs(target, &statfs)
          mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID}, 32)
          move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
          close(target)
          close(tree)
          umask(umask)
        `,
        );
      });
    }

    it('a bind of cgroup v2 in a user namespace without a cgroup namespace', () => {
      expectCalls(
        plan(
          { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid'] },
          { cgroups: v2, namespaces: { user: true } },
        ).mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/sys/fs/cgroup", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_NOSUID}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });

    it('the same read-only for an ordinary user', () => {
      expectCalls(
        plan(
          { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid', 'rw'] },
          { cgroups: v2, namespaces: { user: true }, rootless: true },
        ).mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/sys/fs/cgroup", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        target = openat2(root, "sys/fs/cgroup", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID}, 32)
        fstatfs(tree, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
    });
  });

  it('makes a tmpfs and /dev read-only only when everything is in its place', () => {
    const { mount, protect } = plan({ destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'mode=755'] });
    expect(straight(mount).filter((call) => call.includes('RDONLY') || call.includes('"ro"'))).to.deep.equal([]);
    expectCalls(
      protect,
      `
        mount_setattr(read-only_later, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        close(read-only_later)
      `,
    );
    expect(plan({ destination: '/dev', type: 'devtmpfs', options: ['ro'] }).protect).to.have.length(2);
    expect(plan({ destination: '/sys', type: 'sysfs', options: ['ro'] }).protect).to.deep.equal([]);
  });

  describe('of idmapped binds', () => {
    it('opens a user namespace with their maps before the clone', () => {
      const { prepare, mount, sections } = plan({ destination: '/d', source: '/s', options: ['bind', 'idmap'], ...maps });
      expectCalls(
        prepare,
        `
        proc = openat(AT_FDCWD, "/proc", O_CLOEXEC|O_PATH|O_DIRECTORY)
        fstatfs(proc, &statfs)
        pipe2(&pipe, 524288)
        holder = clone3({flags=CLONE_PIDFD|CLONE_NEWUSER, pidfd=&pidfd, exit_signal=SIGCHLD}, 88)
        close(reading_end)
        /gid_map = openat2(proc, &path_below_proc, {flags=O_WRONLY|O_CLOEXEC, resolve=RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH}, 24)
        write(/gid_map, "0 2000 10\\n", 10)
        close(/gid_map)
        /uid_map = openat2(proc, &path_below_proc.2, {flags=O_WRONLY|O_CLOEXEC, resolve=RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH}, 24)
        write(/uid_map, "0 1000 10\\n", 10)
        close(/uid_map)
        user_namespace_of_a_mount = openat(proc, &path_below_proc.3, O_RDONLY|O_CLOEXEC)
        close(writing_end)
        waitid(P_PIDFD, holder_pidfd, NULL, WEXITED, NULL)
        close(holder_pidfd)
        close(proc)
      `,
      );
      expectCalls(
        mount,
        `
        umask = umask(022)
        tree = open_tree(AT_FDCWD, "/s", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_IDMAP}, 32)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
      `,
      );
      expect(sections.map(({ name }) => name)).to.deep.equal(['holder of a user namespace']);
    });

    it('opens each only once', () => {
      const bind = { source: '/s', options: ['bind', 'idmap'], ...maps };
      const { sections, prepare } = planMounts(
        [
          { destination: '/a', ...bind },
          { destination: '/b', ...bind },
          { destination: '/c', ...bind, uidMappings: [{ containerID: 1, hostID: 1, size: 1 }] },
          { destination: '/d', ...bind, uidMappings: undefined, gidMappings: undefined },
        ],
        { root, bundle: '/b', userNamespace: { path: '/ns' } },
      );
      expect(sections).to.have.length(2);
      expect(straight(prepare).filter((call) => call.includes('"/ns"'))).to.have.length(1);
    });

    it('takes one that exists by its path', () => {
      const { prepare, sections } = plan(
        { destination: '/d', source: '/s', options: ['bind', 'idmap'] },
        { userNamespace: { path: '/proc/7/ns/user' } },
      );
      expectCalls(prepare, `user_namespace_of_a_mount = openat(AT_FDCWD, "/proc/7/ns/user", O_RDONLY|O_CLOEXEC)`);
      expect(sections).to.deep.equal([]);
    });
  });

  describe('of binds in a user namespace', () => {
    const pidfd = reg('pidfd');
    const mount = { destination: '/d', source: '/s', options: ['rbind', 'ridmap', 'ro'], ...maps };
    const user = { namespaces: { user: true }, pidfd };

    it('has them opened by the host half, in the mount namespace of the container', () => {
      const { prepare, handOver, mount: container } = plan(mount, user);
      expect(straight(prepare).at(-1)).to.match(/^socketpair\(AF_UNIX, SOCK_SEQPACKET\|SOCK_CLOEXEC, 0, &socket_pair\)$/);
      expectCalls(
        handOver,
        `
        close(container_end_for_mounts)
        own_mount_namespace = openat(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY|O_CLOEXEC)
        own_root = openat(AT_FDCWD, "/", O_CLOEXEC|O_PATH|O_DIRECTORY)
        own_cwd = openat(AT_FDCWD, ".", O_CLOEXEC|O_PATH|O_DIRECTORY)
        setns(pidfd, CLONE_NEWNS)
        tree_for_the_container = open_tree(AT_FDCWD, "/s", AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(tree_for_the_container, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_IDMAP}, 32)
        sendmsg(host_end_for_mounts, {msg_iov=[{" ", 1}], msg_control=&control, msg_controllen=24}, MSG_NOSIGNAL)
        close(tree_for_the_container)
        setns(own_mount_namespace, CLONE_NEWNS)
        fchdir(own_root)
        chroot(".")
        fchdir(own_cwd)
        close(own_cwd)
        close(own_root)
        close(own_mount_namespace)
        close(host_end_for_mounts)
      `,
      );
      expectCalls(
        container,
        `
        close(host_end_for_mounts)
        umask = umask(022)
        recvmsg(container_end_for_mounts, {msg_iov=[{&text_beside_an_fd, 4096}], msg_control=&control, msg_controllen=24}, MSG_CMSG_CLOEXEC)
        target = openat2(root, "d", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        fstatfs(target, &statfs)
        mount_setattr(tree, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(target)
        close(tree)
        umask(umask)
        close(container_end_for_mounts)
      `,
      );
    });

    it('comes back from there when something fails, and then only', () => {
      const undone = plan(mount, user).handOver.flatMap((op) => (op.op === 'undo' ? op.ops : []));
      expect(undone.map((op) => (op.op === 'syscall' ? op.name : op.op))).to.deep.equal([
        'branch',
        'setns',
        'fchdir',
        'chroot',
        'fchdir',
        'label',
      ]);
    });

    it('does so for root only, and where there is something to hand over', () => {
      const nothing = { prepare: [], handOver: [] };
      const plain = { ...mount, options: ['rbind'], uidMappings: undefined, gidMappings: undefined };
      expect(plan(plain, { ...user, rootless: true })).to.deep.include(nothing);
      expect(plan(plain, { ...user, namespaces: {} })).to.deep.include(nothing);
      expect(plan(plain, { namespaces: { user: true } })).to.deep.include(nothing);
      expect(plan({ destination: '/t', type: 'tmpfs' }, user)).to.deep.include(nothing);
    });
  });

  it("lets an ordinary user write to the container's own cgroup, but to no other", () => {
    const writable = (input: Partial<PlanMountsInput>): boolean =>
      !straight(plan({ destination: '/c', type: 'cgroup2', options: ['rw', 'rrw'] }, { rootless: true, ...input }).mount).some((call) =>
        call.includes('RDONLY'),
      );
    expect(writable({ namespaces: { user: true, cgroup: true }, ownCgroup: true })).to.equal(true);
    expect(writable({ namespaces: { user: true }, ownCgroup: true })).to.equal(false);
    expect(writable({ namespaces: { user: true, cgroup: true } })).to.equal(false);
    expect(writable({ rootless: false })).to.equal(true);
  });

  it('says what and why of everything that can fail', () => {
    const mounts: Mount[] = [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/t', type: 'tmpfs', options: ['tmpcopyup', 'ro', 'size=1m', 'private'] },
      { destination: '/sys/fs/cgroup', type: 'cgroup', options: ['ro'] },
      { destination: '/proc/uptime', source: '/lxcfs/uptime', options: ['bind', 'ro', 'rnosuid', 'rslave'] },
      { destination: '/d', options: ['remount', 'ro', 'x=1'] },
      { destination: '/o', type: 'overlay', options: [`lowerdir=/${'l'.repeat(300)}`] },
      { destination: '/i', source: '/s', options: ['bind', 'idmap'], ...maps },
    ];
    for (const namespaces of [{}, { user: true, cgroup: true }]) {
      const { prepare, handOver, mount, protect } = planMounts(mounts, { root, bundle: '/b', cgroups: v1, namespaces });
      const ops = [...prepare, ...handOver, ...mount, ...protect];
      expect(silent(ops)).to.deep.equal([]);
      expect(notesOf(mount).pointers).to.deep.equal(mounts.map((_, i) => `/mounts/${String(i)}`));
      expect(notesOf(mount).says).to.include.members([
        'mount "proc" on "/proc"',
        'bind "/lxcfs/uptime" on "/proc/uptime"',
        'remount "/d"',
        'mount "tmpfs" on "/t": set its option "size=1m"',
      ]);
    }
  });

  it('hints at what a sysfs in a user namespace needs', () => {
    const sysfs = { destination: '/sys', type: 'sysfs', source: 'sysfs' };
    const hint = (namespaces: PlanMountsInput['namespaces']): boolean =>
      notesOf(plan(sysfs, { namespaces }).mount).says.some((say) => say.includes('bind "/sys" instead'));
    expect([hint({ user: true }), hint({ user: true, network: true }), hint({})]).to.deep.equal([true, false, false]);
  });

  it('needs to know the cgroups for a mount of them', () => {
    expect(() => plan({ destination: '/c', type: 'cgroup' })).to.throw(SpecError, "needs to know the machine's cgroups");
  });

  it('needs few registers for many mounts', () => {
    const many = [...Array(200).keys()].map((i) => ({
      destination: `/many/${String(i)}`,
      source: '/etc',
      options: ['rbind', 'ro', 'rprivate'],
    }));
    const { mount } = planMounts(many, { root, bundle: '/b' });
    const registers = new Set(mount.flatMap((op) => (op.op === 'syscall' && op.to !== undefined ? [op.to] : [])));
    expect(registers.size).to.be.below(1000);
    expect(mount.length / many.length).to.be.below(60);
  });
});

describe('planRootfs', () => {
  it('keeps mounts from spreading, and gives a copy of the root attached onto itself', () => {
    expectCalls(
      planRootfs({ path: '/bundle/rootfs' }, root),
      `
        mount_setattr(AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW|AT_RECURSIVE, {propagation=MS_SLAVE}, 32)
        root_directory = openat(AT_FDCWD, "/bundle/rootfs", O_CLOEXEC|O_PATH|O_DIRECTORY)
        root = open_tree(root_directory, "", AT_EMPTY_PATH|AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(root, "", AT_EMPTY_PATH, {propagation=MS_PRIVATE}, 32)
        move_mount(root, "", root_directory, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(root_directory)
      `,
    );
  });

  for (const [propagation, tree, own] of [
    ['private', 'MS_PRIVATE', 'MS_PRIVATE'],
    ['rprivate', 'MS_PRIVATE', 'MS_PRIVATE'],
    ['unbindable', 'MS_PRIVATE', 'MS_PRIVATE'],
    ['runbindable', 'MS_PRIVATE', 'MS_PRIVATE'],
    ['slave', 'MS_SLAVE', undefined],
    ['rslave', 'MS_SLAVE', undefined],
    ['', 'MS_SLAVE', 'MS_PRIVATE'],
  ] as const) {
    it(`has all mounts ${tree} for ${JSON.stringify(propagation)}`, () => {
      const calls = straight(planRootfs({ path: '/r', propagation }, root)).filter((call) => call.startsWith('mount_setattr'));
      expect(calls).to.deep.equal([
        `mount_setattr(AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW|AT_RECURSIVE, {propagation=${tree}}, 32)`,
        ...(own === undefined ? [] : [`mount_setattr(root, "", AT_EMPTY_PATH, {propagation=${own}}, 32)`]),
      ]);
    });
  }

  for (const propagation of ['shared', 'rshared']) {
    it(`leaves other mounts shared for ${propagation}, but not the one that the root lies in`, () => {
      const ops = planRootfs({ path: '/a/b', propagation }, root);
      const paths = ops.flatMap((op) => (op.op === 'syscall' && op.name === 'mount' ? [[op.args[1], op.args[3], op.unless?.errno]] : []));
      expect(paths).to.deep.equal([
        ['/a/b', 0x40000, ['EINVAL']],
        ['/a', 0x40000, ['EINVAL']],
        ['/', 0x40000, undefined],
      ]);
      expect(straight(ops).filter((call) => call.includes('"/", AT_'))).to.deep.equal([]);
      // A root that is moved upon a shared "/" would be moved upon the host's.
      expect(straight(planRootfs({ path: '/a/b', propagation, noPivot: true }, root))[0]).to.include('propagation=MS_SLAVE');
    });
  }

  it('refuses what it does not know, and what is not safe', () => {
    expect(() => planRootfs({ path: '/r', propagation: 'rrprivate' }, root)).to.throw(SpecError, 'no propagation called "rrprivate"');
    expect(() => planRootfs({ path: '/r', propagation: 'rconstructor' }, root)).to.throw(SpecError);
    expect(() => planRootfs({ path: '/r', propagation: 'private', noPivot: true }, root)).to.throw(SpecError, 'without pivot_root');
  });

  it('says what and why of everything that can fail', () => {
    for (const propagation of [undefined, 'shared']) expect(silent(planRootfs({ path: '/r', propagation }, root))).to.deep.equal([]);
  });
});

describe('rootfsPath', () => {
  it('is relative to the bundle', () => {
    expect(rootfsPath({ path: 'rootfs' }, '/b')).to.equal('/b/rootfs');
    expect(rootfsPath({ path: '/srv/root/' }, '/b')).to.equal('/srv/root');
  });

  it('must be there', () => {
    for (const given of [undefined, { path: '' }, { path: 'a\0b' }]) expect(() => rootfsPath(given, '/b')).to.throw(SpecError);
  });
});

describe('planPivot', () => {
  it('leaves nothing of the old root', () => {
    expectCalls(
      planPivot({ root }),
      `
        old_root = openat(AT_FDCWD, "/", O_CLOEXEC|O_PATH|O_DIRECTORY)
        fchdir(root)
        pivot_root(".", ".")
        fchdir(old_root)
        mount_setattr(old_root, "", AT_EMPTY_PATH|AT_RECURSIVE, {propagation=MS_SLAVE}, 32)
        umount2(".", MNT_DETACH)
        close(old_root)
        chdir("/")
      `,
    );
    expect(silent(planPivot({ root, propagation: 'shared' }))).to.deep.equal([]);
  });

  it('has the root shared or unbindable only afterwards', () => {
    const last = (propagation: string): string | undefined => straight(planPivot({ root, propagation })).at(-1);
    expect(last('rshared')).to.equal('mount_setattr(root, "", AT_EMPTY_PATH|AT_RECURSIVE, {propagation=MS_SHARED}, 32)');
    expect(last('unbindable')).to.equal('mount_setattr(root, "", AT_EMPTY_PATH, {propagation=MS_UNBINDABLE}, 32)');
    for (const propagation of ['private', 'rslave', '']) expect(last(propagation)).to.equal('chdir("/")');
  });
});

describe('planMoveRoot', () => {
  it("detaches the host's whole procfs and sysfs, but not the container's", () => {
    const mountinfo =
      ['/ /proc', '/ /r/proc', '/sys /part', '/ /r-not'].map((places, i) => `${String(i)} 0 0:1 ${places} rw - proc proc rw\n`).join('') +
      '9 0 0:1 / /sys rw - sysfs sysfs rw\n8 0 0:1 / /t rw - tmpfs t rw';
    const ops = planMoveRoot({ root, path: '/r', mountinfo });
    expectCalls(
      ops,
      `
        detached = umount2("/proc", MNT_DETACH)
        detached.2 = umount2("/r-not", MNT_DETACH)
        detached.3 = umount2("/sys", MNT_DETACH)
        fchdir(root)
        move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH)
        chroot(".")
        chdir("/")
      `,
    );
    expect(silent(ops)).to.deep.equal([]);
  });
});

describe('mountLabel', () => {
  const mountLabel = 'system_u:object_r:container_file_t:s0:c1,c2';
  const labels = (mount: Mount, input: Partial<PlanMountsInput> = {}): string[] =>
    straight(plan(mount, { mountLabel, ...input }).mount).filter((call) => /"context"|selinux/.test(call));

  it('is an option of filesystems, set before they are made', () => {
    for (const type of ['tmpfs', 'devpts', 'ramfs']) {
      const calls = straight(plan({ destination: '/dev/x', type, source: type, options: ['mode=755'] }, { mountLabel }).mount);
      const at = calls.findIndex((call) =>
        call.startsWith('fsconfig(context, FSCONFIG_SET_STRING, "context", "system_u:object_r:container_fi'),
      );
      expect(at, type).to.be.within(
        1,
        calls.findIndex((call) => call.includes('CMD_CREATE')),
      );
    }
  });

  it("is none of binds and remounts, and of what is the host's too", () => {
    for (const type of ['proc', 'sysfs']) expect(labels({ destination: `/${type}`, type }), type).to.deep.equal([]);
    expect(labels({ destination: '/x', source: '/x', options: ['bind'] })).to.deep.equal([]);
    expect(labels({ destination: '/x', options: ['remount', 'ro'] })).to.deep.equal([]);
    const cgroup = { destination: '/sys/fs/cgroup', type: 'cgroup' };
    expect(labels(cgroup, { cgroups: v2, namespaces: { cgroup: true } })).to.deep.equal([]);
    // Of v1, the directory that holds the hierarchies is the container's own.
    expect(labels(cgroup, { cgroups: v1, namespaces: { cgroup: true } })).to.have.length(1);
  });

  it('is put on the root of a queue filesystem, through an fd of it', () => {
    expect(labels({ destination: '/dev/mqueue', type: 'mqueue' })).to.have.length(1);
    const calls = straight(plan({ destination: '/dev/mqueue', type: 'mqueue' }, { mountLabel }).mount);
    const at = calls.indexOf('root_to_label = openat(tree, ".", O_RDONLY|O_CLOEXEC|O_DIRECTORY)');
    expect(calls[at + 1]).to.match(/^fsetxattr\(root_to_label, "security.selinux", .*, 44, 0\)$/);
    expect(calls.findIndex((call) => call.startsWith('move_mount'))).to.be.greaterThan(at);
  });

  it('is put there by the host half for a user namespace, which has made no queue of its own', () => {
    const input = { mountLabel, namespaces: { user: true }, pidfd: reg('pidfd') };
    const { mount, handOver, prepare } = plan({ destination: '/dev/mqueue', type: 'mqueue' }, input);
    expect(straight(mount).join('\n'))
      .to.match(/sendmsg.*\n.*recvmsg/)
      .and.not.to.include('fsetxattr');
    expect(straight(handOver).join('\n')).to.match(/MSG_PEEK.*\n.*recvmsg.*\n.*fsetxattr.*\n.*sendmsg/);
    expect(prepare).to.have.length.greaterThan(0);
    expect(silent([...mount, ...handOver])).to.deep.equal([]);
    const ordinary = plan({ destination: '/dev/mqueue', type: 'mqueue' }, { ...input, rootless: true });
    expect(ordinary.handOver).to.deep.equal([]);
    expect(straight(ordinary.mount).join('\n')).to.include('fsetxattr');
  });

  it('gives way to a context among the options of the mount', () => {
    const own = labels({ destination: '/x', type: 'tmpfs', options: ['context="a:b:c:s0:c1,c2"', 'size=1k'] });
    expect(own).to.deep.equal(['fsconfig(context, FSCONFIG_SET_STRING, "context", "a:b:c:s0:c1,c2", 0)']);
    expect(labels({ destination: '/x', type: 'tmpfs', options: ['rootcontext=a:b:c:s0'] })).to.deep.equal([]);
  });

  it('is on the directory that masks', () => {
    expect(straight(planMaskedPaths(['/a'], root, { mountLabel })).filter((call) => call.includes('"context"'))).to.have.length(1);
    expect(straight(planMaskedPaths(['/a'], root, { mountLabel: '' })).filter((call) => call.includes('"context"'))).to.have.length(0);
  });

  it('must be one that the kernel takes', () => {
    for (const wrong of ['x'.repeat(256), 'a\0b'])
      expect(() => plan({ destination: '/x', type: 'tmpfs' }, { mountLabel: wrong })).to.throw(SpecError, 'the label of the mounts');
  });

  it('says of every op what it attempts', () => {
    for (const type of ['tmpfs', 'mqueue'])
      expect(silent(plan({ destination: '/x', type }, { mountLabel }).mount)).to.deep.equal(
        silent(plan({ destination: '/x', type }).mount),
      );
  });
});

describe('planMaskedPaths', () => {
  it('puts the null device upon files, and looks at it first', () => {
    expectCalls(
      planMaskedPaths(['/proc/kcore'], root),
      `
        null_device = openat2(root, "dev/null", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        statx(null_device, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &statx)
        context = fsopen("tmpfs", FSOPEN_CLOEXEC)
        fsconfig(context, FSCONFIG_SET_STRING, "source", "tmpfs", 0)
        fsconfig(context, FSCONFIG_SET_FLAG, "ro", NULL, 0)
        fsconfig(context, FSCONFIG_SET_STRING, "nr_blocks", "1", 0)
        fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "1", 0)
        fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)
        empty_directory = fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY)
        close(context)
        target = openat2(root, "proc/kcore", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        statx(target, "", AT_EMPTY_PATH, STATX_TYPE|STATX_MODE, &statx.2)
        tree = open_tree(null_device, "", AT_EMPTY_PATH|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(tree)
        close(target)
        close(empty_directory)
        close(null_device)
      `,
    );
  });

  it('opens the null device and makes the empty directory once for all', () => {
    const calls = straight(
      planMaskedPaths(
        [...Array(19).keys()].map((i) => `/proc/${String(i)}`),
        root,
      ),
    );
    expect(calls.filter((call) => call.includes('dev/null'))).to.have.length(1);
    expect(calls.filter((call) => call.includes('fsopen'))).to.have.length(1);
    // Of each path: open it, look at it, copy the mount, attach it, and close both.
    expect(calls).to.have.length(12 + 19 * 6);
  });

  it('takes what is listed twice once', () => {
    expect(planMaskedPaths(['/a', '/b/../a', '/a/'], root)).to.have.length(planMaskedPaths(['/a'], root).length);
  });

  it('does nothing for nothing', () => {
    expect(planMaskedPaths([], root)).to.deep.equal([]);
  });

  it('refuses a relative path and the root itself', () => {
    expect(() => planMaskedPaths(['proc/kcore'], root)).to.throw(SpecError, '"proc/kcore" is relative');
    expect(() => planMaskedPaths(['/a/..'], root)).to.throw(SpecError, 'root itself');
  });

  it('says what and why of everything that can fail', () => {
    expect(silent(planMaskedPaths(['/a'], root))).to.deep.equal([]);
    expect(notesOf(planMaskedPaths(['/a', '/b'], root)).pointers).to.deep.equal([
      '/linux/maskedPaths',
      '/linux/maskedPaths/0',
      '/linux/maskedPaths/1',
    ]);
  });
});

describe('planReadonlyPaths', () => {
  it('binds each upon itself, with all that is mounted below', () => {
    expectCalls(
      planReadonlyPaths(['/proc/sys'], root),
      `
        target = openat2(root, "proc/sys", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)
        tree = open_tree(target, "", AT_EMPTY_PATH|AT_RECURSIVE|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)
        mount_setattr(tree, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY}, 32)
        move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)
        close(tree)
        close(target)
      `,
    );
    expect(silent(planReadonlyPaths(['/a'], root))).to.deep.equal([]);
  });

  it('changes the root where it is meant', () => {
    expectCalls(planReadonlyPaths(['/'], root), 'mount_setattr(root, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY}, 32)');
  });

  it('refuses a relative path', () => {
    expect(() => planReadonlyPaths(['a'], root, '/x'))
      .to.throw(SpecError)
      .with.nested.property('issues[0].pointer', '/x/0');
  });
});

describe('planRootReadonly', () => {
  it('changes the mount of the root alone', () => {
    expectCalls(planRootReadonly(root), 'mount_setattr(root, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY}, 32)');
  });
});
