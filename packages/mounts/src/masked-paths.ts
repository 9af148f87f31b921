import { S_IFCHR, S_IFDIR } from '@standpipe/syscalls';
import { branch, closeFd, expectInode, here, jump, label, type Op, type Reg, reg, resolveInRoot, set } from '@standpipe/program';
import { MOUNT_ATTR } from './constants.js';
import { rootMasked } from './errors.js';
import { attach, branchIfType, cloneTree } from './fd.js';
import { makeFilesystem } from './fsconfig.js';
import { checkMountLabel, labelFilesystem } from './mount-label.js';
import { type PathInRoot, parsePaths } from './paths.js';
import { type Scratch, scratch } from './scratch.js';

/** The null device. */
const NULL = { type: S_IFCHR, major: 1, minor: 3 };

const POINTER = '/linux/maskedPaths';

export interface PlanMaskedPathsSettings {
  /** Where the paths lie in the config; `/linux/maskedPaths` when left out. */
  readonly pointer?: string | undefined;
  /** SELinux label of what masks directories. */
  readonly mountLabel?: string | undefined;
}

/**
 * Plans that paths can't be read, after pivot_root: upon a file comes the container's /dev/null, seen on its
 * fd to be that device (CVE-2025-31133), upon directories one empty tmpfs, read-only, for all of
 * them. What is missing needs no mask.
 *
 * @throws SpecError for a path that is relative
 */
export function planMaskedPaths(
  paths: readonly string[],
  root: Reg,
  { pointer = POINTER, mountLabel }: PlanMaskedPathsSettings = {},
): Op[] {
  const masked = parsePaths(paths, pointer);
  const whole = masked.find(({ path }) => path === '/');
  if (whole !== undefined) throw rootMasked(whole.pointer);
  if (masked.length === 0) return [];
  const used = scratch();
  const nothing = reg('null device');
  const empty = { tree: reg('empty directory'), attached: reg('empty directory attached') };
  const say = 'open "/dev/null" to mask paths with it';
  const makeEmpty = { say: 'make the empty directory to mask directories with', pointer };
  return [
    ...resolveInRoot(root, 'dev/null', nothing, { say, pointer }),
    ...expectInode(nothing, NULL, { say: '"/dev/null" is not the null device, and paths can\'t be masked with it', pointer }),
    ...makeFilesystem({
      type: 'tmpfs',
      source: 'tmpfs',
      superblock: ['ro'],
      data: [
        { key: 'nr_blocks', value: '1' },
        { key: 'nr_inodes', value: '1' },
      ],
      configure: labelFilesystem('tmpfs', [], checkMountLabel(mountLabel), used.context, makeEmpty),
      attributes: MOUNT_ATTR.RDONLY,
      context: used.context,
      to: empty.tree,
      ...makeEmpty,
    }),
    ...masked.flatMap((path) => planMask(path, root, used, nothing, empty)),
    closeFd(empty.tree),
    closeFd(nothing),
  ];
}

function planMask({ path, pointer }: PathInRoot, root: Reg, used: Scratch, nothing: Reg, empty: { tree: Reg; attached: Reg }): Op[] {
  const { target, tree } = used;
  const shown = JSON.stringify(path);
  const notes = { say: `mask ${shown}`, pointer };
  const directory = label(`${path} is a directory`);
  const again = label(`${path} gets a copy`);
  const put = label(`mask ${path}`);
  const masked = label(`${path} masked`);
  const missing = label(`${path} missing`);
  return [
    ...resolveInRoot(root, path.slice(1), target, { missing: [jump(missing)], say: `open ${shown} to mask it`, pointer }),
    ...branchIfType(target, S_IFDIR, directory, used, notes),
    cloneTree(nothing, tree, notes),
    jump(put),
    here(directory),
    // A mount can be copied only once it is attached, so the first directory gets the mount itself.
    branch(empty.attached, '==', 1, again),
    attach(empty.tree, target, notes),
    set(empty.attached, 1),
    jump(masked),
    here(again),
    cloneTree(empty.tree, tree, notes),
    here(put),
    attach(tree, target, notes),
    closeFd(tree),
    here(masked),
    closeFd(target),
    here(missing),
  ];
}
