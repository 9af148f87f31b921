import { AT, errnoNumber, FS_MAGIC, O, S_IFDIR, S_IFMT } from '@standpipe/syscalls';
import {
  branch,
  closeFd,
  createInRoot,
  here,
  jump,
  label,
  type Op,
  raise,
  type Reg,
  resolveInRoot,
  sys,
  type Unless,
} from '@standpipe/program';
import { isEmpty, setattr } from './attributes.js';
import { cgroupsBelow } from './cgroup-facts.js';
import { MOUNT_ATTR, OPEN_TREE_CLONE } from './constants.js';
import type { MountContext } from './context.js';
import { attach, branchIfType, loadFilesystem, loadMode } from './fd.js';
import { setIdmap } from './idmap.js';
import { describeMount, type MountIntent } from './mount.js';
import { procPlaceOf } from './proc-safety.js';
import { propagate } from './propagate.js';
import { guardProc } from './target.js';

/**
 * Plans a bind: a copy of the source's mount, changed while nobody can reach it, and then attached. What the
 * source's mount restricts stays restricted unless the options say otherwise.
 *
 * @man open_tree(2), mount_setattr(2), move_mount(2)
 * @kernel 5.12
 * @errno EPERM an option would clear what a user namespace may not clear
 */
export function planBind(intent: MountIntent, context: MountContext): Op[] {
  const { scratch } = context;
  return [
    ...openSource(intent, context),
    ...openTarget(intent, context),
    ...planAttributes(intent, context),
    ...attachBind(intent, context),
    closeFd(scratch.target),
    ...(context.rootless ? protectCgroupsBelow(intent, context) : []),
    ...propagate(scratch.tree, intent),
    closeFd(scratch.tree),
  ];
}

function openSource(intent: MountIntent, { scratch, handOver, userNamespaces, namespaces }: MountContext): Op[] {
  const { source, options, idmap, pointer } = intent;
  const what = describeMount(intent);
  const flags = OPEN_TREE_CLONE | O.CLOEXEC | (options.bind === 'tree' ? AT.RECURSIVE : 0);
  const [refused, opened] = [label('part of a tree refused'), label('source open')];
  const openTree = (to: Reg, unless?: Unless): Op =>
    sys('open_tree', [AT.FDCWD, source, flags], { to, unless, say: `${what}: open its source`, pointer });
  const open = (to: Reg): Op[] => [
    ...(namespaces.user !== true || options.bind === 'tree'
      ? [openTree(to)]
      : [
          openTree(to, { errno: ['EINVAL'], goto: refused }),
          jump(opened),
          here(refused),
          raise(`${what}: in a user namespace what is mounted below its source may not be left out (it takes rbind)`, { pointer }),
          here(opened),
        ]),
    ...(idmap === undefined
      ? []
      : setIdmap(to, userNamespaces.fdOf(idmap, { say: `${what}: make a user namespace for its mappings`, pointer }), {
          recursive: options.idmap === 'tree',
          say: `${what}: map its ids (not every filesystem can)`,
          pointer,
        })),
  ];
  return handOver === undefined ? open(scratch.tree) : handOver.add(open, scratch.tree, what, pointer);
}

/** Opens what is bound upon. A missing one is made of the source's kind. */
function openTarget(intent: MountIntent, { root, scratch }: MountContext): Op[] {
  const { destination, pointer } = intent;
  const { tree, target } = scratch;
  const what = describeMount(intent);
  const path = destination.slice(1);
  const place = procPlaceOf(destination);
  const directory = label(`${path} is to be a directory`);
  const made = label(`${path} made`);
  const notes = { say: `${what}: open the mount point`, pointer };
  return [
    ...(place === 'proc' ? expectProcfs(what, pointer, scratch) : []),
    ...resolveInRoot(root, path, target, {
      missing: [
        ...branchIfType(tree, S_IFDIR, directory, scratch, notes),
        ...createInRoot(root, path, target, { kind: 'file', ...notes }),
        jump(made),
        here(directory),
        ...createInRoot(root, path, target, { kind: 'directory', ...notes }),
        here(made),
      ],
      ...notes,
    }),
    ...guardProc(target, place, scratch, what, pointer),
  ];
}

function expectProcfs(what: string, pointer: string, scratch: MountContext['scratch']): Op[] {
  const real = label('source is a procfs');
  return [
    ...loadFilesystem(scratch.tree, scratch, { say: what, pointer }),
    branch(scratch.value, '==', FS_MAGIC.PROC, real),
    raise(`${what}: its source is not a procfs`, { pointer }),
    here(real),
  ];
}

function planAttributes(intent: MountIntent, context: MountContext): Op[] {
  const { scratch } = context;
  const { attributes, recursive } = intent.options;
  const what = describeMount(intent);
  const { pointer } = intent;
  const say = `${what}: set its options`;
  return [
    ...(isEmpty(attributes) ? [] : [setattr(scratch.tree, { ...attributes, say, pointer })]),
    ...(isEmpty(recursive) ? [] : [setattr(scratch.tree, { ...recursive, recursive: true, say, pointer })]),
    ...(context.rootless ? protectCgroup(intent, context) : []),
  ];
}

/** An ordinary user may own cgroups, but they are the host's all the same: no container writes to them (CVE-2023-25809). */
function protectCgroup(intent: MountIntent, { scratch }: MountContext): Op[] {
  const { tree, value } = scratch;
  const notes = cgroupNotes(intent);
  const [protect, safe] = [label('a cgroup is bound'), label('no cgroup is bound')];
  return [
    ...loadFilesystem(tree, scratch, notes),
    branch(value, '==', FS_MAGIC.CGROUP, protect),
    branch(value, '!=', FS_MAGIC.CGROUP2, safe),
    here(protect),
    setattr(tree, { set: MOUNT_ATTR.RDONLY, ...notes }),
    here(safe),
  ];
}

/** The same for those that are mounted below. Only what is attached can be changed by a path. */
function protectCgroupsBelow(intent: MountIntent, { scratch, cgroups }: MountContext): Op[] {
  if (intent.options.bind !== 'tree' || cgroups === undefined) return [];
  // What lies under another mount by now can't be reached: not there, or no mount.
  const unless: Unless = { errno: ['ENOENT', 'EINVAL'] };
  return cgroupsBelow(intent.source, cgroups).map((path) =>
    setattr(scratch.tree, { path, set: MOUNT_ATTR.RDONLY, unless, ...cgroupNotes(intent) }),
  );
}

function cgroupNotes(intent: MountIntent): { say: string; pointer: string } {
  return { say: `${describeMount(intent)}: keep the host's cgroups read-only`, pointer: intent.pointer };
}

/** The kernel says EINVAL for many things, and for this one it should be said what. */
function attachBind(intent: MountIntent, { scratch }: MountContext): Op[] {
  const { tree, target, value, other } = scratch;
  const { pointer } = intent;
  const what = describeMount(intent);
  const notes = { say: what, pointer };
  const [refused, attached] = [label('bind refused'), label('bound')];
  const [toDirectory, differ, alike] = [label('upon a directory'), label('kinds differ'), label('kinds are alike')];
  return [
    attach(tree, target, { unless: { errno: ['EINVAL'], goto: refused }, ...notes }),
    jump(attached),
    here(refused),
    ...loadMode(tree, value, scratch, notes),
    ...loadMode(target, other, scratch, notes),
    branch(other, '==', S_IFDIR, toDirectory, S_IFMT),
    branch(value, '==', S_IFDIR, differ, S_IFMT),
    here(alike),
    raise(what, { errno: errnoNumber('EINVAL') ?? 0, pointer }),
    here(toDirectory),
    branch(value, '==', S_IFDIR, alike, S_IFMT),
    here(differ),
    raise(`${what}: one of them is a directory and the other is not`, { pointer }),
    here(attached),
  ];
}
