import { AT, FS_MAGIC, O, S_IFDIR } from '@standpipe/syscalls';
import { branch, closeFd, here, jump, label, makeInRoot, type Op, raise, resolveInRoot, sys } from '@standpipe/program';
import { isEmpty, setattr } from './attributes.js';
import { OPEN_TREE_CLONE } from './constants.js';
import type { MountContext } from './context.js';
import { attach, branchIfType, loadFilesystem } from './fd.js';
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
  const { tree, target } = context.scratch;
  const { source, options, pointer } = intent;
  const what = describeMount(intent);
  const flags = OPEN_TREE_CLONE | O.CLOEXEC | (options.bind === 'tree' ? AT.RECURSIVE : 0);
  return [
    sys('open_tree', [AT.FDCWD, source, flags], { to: tree, say: `${what}: open its source`, pointer }),
    ...planTarget(intent, context),
    ...planAttributes(intent, context),
    attach(tree, target, { say: what, pointer }),
    closeFd(target),
    ...propagate(tree, intent),
    closeFd(tree),
  ];
}

/** Opens what is bound upon. A missing one is made of the source's kind. */
function planTarget({ kind, type, source, destination, pointer, options }: MountIntent, { root, scratch }: MountContext): Op[] {
  const { tree, target } = scratch;
  const what = describeMount({ kind, type, source, destination, pointer, options });
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
        ...makeInRoot(root, path, target, { kind: 'file', ...notes }),
        jump(made),
        here(directory),
        ...makeInRoot(root, path, target, { kind: 'directory', ...notes }),
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
    raise(`${what}: the source is not a procfs`, { pointer }),
    here(real),
  ];
}

function planAttributes(intent: MountIntent, { scratch }: MountContext): Op[] {
  const { attributes, recursive } = intent.options;
  const say = `${describeMount(intent)}: set its options`;
  const { pointer } = intent;
  return [
    ...(isEmpty(attributes) ? [] : [setattr(scratch.tree, { ...attributes, say, pointer })]),
    ...(isEmpty(recursive) ? [] : [setattr(scratch.tree, { ...recursive, recursive: true, say, pointer })]),
  ];
}
