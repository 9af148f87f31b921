import {
  type Buf,
  buf,
  closeFd,
  compute,
  createInRoot,
  format,
  here,
  jump,
  label,
  makeInRoot,
  type Op,
  reg,
  resolveInRoot,
} from '@standpipe/program';
import { O } from '@standpipe/syscalls';
import { type Attributes, setattr } from './attributes.js';
import { MOUNT_ATTR } from './constants.js';
import type { MountContext } from './context.js';
import { planCopyTree } from './copy-tree.js';
import { attach, loadMode } from './fd.js';
import { makeFilesystem, setOption } from './fsconfig.js';
import { describeMount, type MountIntent } from './mount.js';
import { labelFilesystem, labelRoot } from './mount-label.js';
import { overlayOptions } from './overlay.js';
import { procPlaceOf } from './proc-safety.js';
import { propagate } from './propagate.js';
import { guardProc } from './target.js';

/** What the two kinds of attributes come to on a single mount. */
export function attributesOf({ options }: Pick<MountIntent, 'options'>): Attributes {
  const { attributes, recursive } = options;
  return { set: (attributes.set & ~recursive.clear) | recursive.set, clear: (attributes.clear & ~recursive.set) | recursive.clear };
}

/** Read-only at once would keep us from making files and mount points in it. */
function isReadonlyLate({ type, destination }: MountIntent): boolean {
  return type === 'tmpfs' || destination === '/dev';
}

/** Plans a new filesystem, mounted upon a directory of the root. */
export function planFilesystem(intent: MountIntent, context: MountContext): Op[] {
  const { scratch } = context;
  const { destination, type, source, options, pointer } = intent;
  const what = describeMount(intent);
  const notes = { say: what, pointer };
  const attributes = attributesOf(intent).set;
  const readonly = (attributes & MOUNT_ATTR.RDONLY) !== 0;
  const late = readonly && isReadonlyLate(intent);
  const tree = late ? reg('read-only later') : scratch.tree;
  if (late) {
    const say = `${what}: make it read-only`;
    context.late.push(setattr(tree, { set: MOUNT_ATTR.RDONLY, say, pointer }), closeFd(tree));
  }
  const mode =
    type === 'tmpfs' && !options.data.some(({ key }) => key === 'mode') ? planMode(context, destination, what, pointer) : undefined;
  const overlay = type === 'overlay' ? overlayOptions(options.data, scratch.context, notes) : undefined;
  return [
    ...(mode?.target ?? openTarget(intent, context, `${what}: open the mount point`)),
    ...guardProc(scratch.target, procPlaceOf(destination), scratch, what, pointer),
    ...makeFilesystem({
      type,
      source,
      superblock: [...(readonly && !late ? ['ro'] : []), ...options.superblock],
      data: overlay === undefined ? options.data : [],
      configure: [
        ...(mode === undefined ? [] : [setOption(scratch.context, 'mode', mode.text, notes)]),
        ...(overlay?.configure ?? []),
        ...labelFilesystem(type, options.data, context.mountLabel, scratch.context, notes),
      ],
      attributes: late ? attributes & ~MOUNT_ATTR.RDONLY : attributes,
      context: scratch.context,
      to: tree,
      say: what + hintOf(intent, context),
      pointer,
    }),
    ...(overlay?.close ?? []),
    ...labelRoot(type, tree, context, what),
    ...(options.copyUp ? planCopyTree(scratch.target, tree, { say: `${what}: copy up what it covers`, pointer }) : []),
    attach(tree, scratch.target, notes),
    closeFd(scratch.target),
    ...propagate(tree, intent),
    ...(late ? [] : [closeFd(tree)]),
  ];
}

/** Where procfs and sysfs go, no link may lead: what follows trusts that they are there. */
function openTarget({ destination, type, pointer }: MountIntent, { root, scratch }: MountContext, say: string): Op[] {
  const flags = O.DIRECTORY | (type === 'proc' || type === 'sysfs' ? O.NOFOLLOW : 0);
  return makeInRoot(root, destination.slice(1), scratch.target, { kind: 'directory', flags, say, pointer });
}

function hintOf({ type }: MountIntent, { namespaces }: MountContext): string {
  if (type === 'sysfs' && namespaces.user === true && namespaces.network !== true) {
    return ' (in a user namespace it needs a new network namespace too, or else bind "/sys" instead)';
  }
  return '';
}

/** A tmpfs is as open as the directory that it covers, and where there was none, as a tmpfs is. */
function planMode({ root, scratch }: MountContext, destination: string, what: string, pointer: string): { target: Op[]; text: Buf } {
  const path = destination.slice(1);
  const text = buf('mode', 8, Buffer.from('1777'));
  const made = label('mount point made');
  const notes = { say: `${what}: open the mount point`, pointer };
  const { target, value } = scratch;
  const digits = [9, 6, 3, 0].map((shift) => ({ shift, digit: reg('octal digit') }));
  return {
    text,
    target: [
      ...resolveInRoot(root, path, target, {
        flags: O.DIRECTORY,
        missing: [...createInRoot(root, path, target, { kind: 'directory', ...notes }), jump(made)],
        ...notes,
      }),
      ...loadMode(target, value, scratch, notes),
      ...digits.flatMap(({ shift, digit }) => [compute(digit, value, '>>', shift), compute(digit, digit, '&', 7)]),
      format(
        text,
        digits.map(({ digit }) => digit),
      ),
      here(made),
    ],
  };
}
