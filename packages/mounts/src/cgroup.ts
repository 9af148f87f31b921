import { AT, O } from '@standpipe/syscalls';
import { closeFd, makeInRoot, type Op, reg, sys } from '@standpipe/program';
import { setattr } from './attributes.js';
import { MOUNT_ATTR, MOVE_FD_TO_PATH, OPEN_TREE_CLONE } from './constants.js';
import { type CgroupHierarchy, cgroupHierarchies, isUnified } from './cgroup-facts.js';
import type { MountContext } from './context.js';
import { cgroupsUnknown } from './errors.js';
import { attach } from './fd.js';
import { attributesOf, planFilesystem } from './filesystem.js';
import { planBind } from './bind.js';
import { makeFilesystem } from './fsconfig.js';
import { describeMount, type MountIntent } from './mount.js';
import { labelFilesystem } from './mount-label.js';
import { parseMountOptions } from './options.js';
import { procPlaceOf } from './proc-safety.js';
import { propagate } from './propagate.js';
import { guardProc } from './target.js';

const UNIFIED = '/sys/fs/cgroup';
const restricted = MOUNT_ATTR.NOSUID | MOUNT_ATTR.NODEV | MOUNT_ATTR.NOEXEC;

/**
 * Plans a mount of type cgroup: what the host has, for the container's own cgroup. In a cgroup
 * namespace the filesystems are mounted, and show nothing above it; without one the own cgroup of
 * each v1 hierarchy is bound, and the whole of v2.
 *
 * An ordinary user's container gets it read-only, whatever the options say, unless it is in a cgroup of
 * its own and sees nothing else: other cgroups are the host's (CVE-2023-25809).
 */
export function planCgroup(intent: MountIntent, context: MountContext): Op[] {
  const { cgroups, namespaces, rootless, ownCgroup } = context;
  const isOwn = ownCgroup && namespaces.cgroup === true;
  const options = rootless && !isOwn ? readonlyOptions(intent) : intent.options;
  const restrictedIntent: MountIntent = { ...intent, options };
  // Outside of a cgroup namespace a new mount would set the options of the host's own, which would lose nsdelegate; in a user namespace it is refused.
  if (cgroups !== undefined && isUnified(cgroups) && namespaces.cgroup !== true) {
    return planBind({ ...restrictedIntent, kind: 'bind', source: UNIFIED, options: { ...options, bind: 'one' } }, context);
  }
  if (intent.type === 'cgroup2') return planFilesystem(restrictedIntent, context);
  if (cgroups === undefined) throw cgroupsUnknown(intent.pointer);
  if (!isUnified(cgroups)) return planHierarchies(restrictedIntent, context, cgroupHierarchies(cgroups));
  return planFilesystem({ ...restrictedIntent, type: 'cgroup2' }, context);
}

function readonlyOptions({ options }: MountIntent): MountIntent['options'] {
  const { attributes, recursive } = options;
  const { RDONLY } = MOUNT_ATTR;
  return {
    ...options,
    attributes: { set: attributes.set | RDONLY, clear: attributes.clear & ~RDONLY },
    recursive: { ...recursive, clear: recursive.clear & ~RDONLY },
  };
}

function planHierarchies(intent: MountIntent, context: MountContext, hierarchies: readonly CgroupHierarchy[]): Op[] {
  const { root, namespaces, scratch } = context;
  const { destination, pointer } = intent;
  const what = describeMount(intent);
  const notes = { say: what, pointer };
  const base = reg('cgroup root');
  const readonly = attributesOf(intent).set & MOUNT_ATTR.RDONLY;
  return [
    ...makeInRoot(root, destination.slice(1), scratch.target, {
      kind: 'directory',
      flags: O.DIRECTORY,
      say: `${what}: open the mount point`,
      pointer,
    }),
    ...guardProc(scratch.target, procPlaceOf(destination), scratch, what, pointer),
    ...makeFilesystem({
      type: 'tmpfs',
      source: 'tmpfs',
      data: [{ key: 'mode', value: '755' }],
      configure: labelFilesystem('tmpfs', [], context.mountLabel, scratch.context, notes),
      attributes: restricted,
      context: scratch.context,
      to: base,
      ...notes,
    }),
    // A detached tmpfs of our own: nobody else makes names in it.
    ...hierarchies.flatMap(({ name }) => [
      sys('mkdirat', [base, name, 0o755], notes),
      ...(name.includes(',')
        ? name.split(',').map((part) => sys('symlinkat', [name, base, part], { unless: { errno: ['EEXIST'] }, ...notes }))
        : []),
    ]),
    ...(readonly === 0 ? [] : [setattr(base, { set: MOUNT_ATTR.RDONLY, ...notes })]),
    attach(base, scratch.target, notes),
    closeFd(scratch.target),
    ...hierarchies.flatMap((hierarchy) => {
      const say = `${what}: mount the hierarchy ${JSON.stringify(hierarchy.name)}`;
      return [
        ...(namespaces.cgroup === true
          ? mountHierarchy(hierarchy, context, readonly, say, pointer)
          : bindHierarchy(hierarchy, intent, context, say)),
        sys('move_mount', [scratch.tree, '', base, hierarchy.name, MOVE_FD_TO_PATH], { say, pointer }),
        closeFd(scratch.tree),
      ];
    }),
    ...propagate(base, intent),
    closeFd(base),
  ];
}

function mountHierarchy({ controllers }: CgroupHierarchy, { scratch }: MountContext, readonly: number, say: string, pointer: string): Op[] {
  const named = controllers.find((controller) => controller.startsWith('name='));
  return makeFilesystem({
    type: 'cgroup',
    source: named?.slice('name='.length) ?? 'cgroup',
    superblock: readonly === 0 ? [] : ['ro'],
    data: parseMountOptions(controllers).data,
    attributes: restricted | readonly,
    context: scratch.context,
    to: scratch.tree,
    say,
    pointer,
  });
}

function bindHierarchy({ path }: CgroupHierarchy, intent: MountIntent, { scratch }: MountContext, say: string): Op[] {
  const { pointer } = intent;
  return [
    sys('open_tree', [AT.FDCWD, path, OPEN_TREE_CLONE | O.CLOEXEC], {
      to: scratch.tree,
      say: `${say}: open ${JSON.stringify(path)}`,
      pointer,
    }),
    setattr(scratch.tree, { ...attributesOf(intent), say, pointer }),
  ];
}
