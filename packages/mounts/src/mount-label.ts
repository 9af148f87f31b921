import { O } from '@standpipe/syscalls';
import { closeFd, type Op, type OpNotes, type Reg, reg, sys } from '@standpipe/program';
import { FSCONFIG_MAX_VALUE } from './constants.js';
import type { MountContext } from './context.js';
import { mountsInvalid } from './errors.js';
import { setOption } from './fsconfig.js';
import type { DataOption } from './options.js';

const POINTER = '/linux/mountLabel';

/** They are one filesystem wherever they are mounted, and its label is the host's. */
const shared = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2']);

/** The kernel has mounted it before us, when it made the ipc namespace, so that it takes no option; its root takes a label. */
const labelledAtRoot = new Set(['mqueue']);

/** @throws SpecError for a label that no filesystem takes; an empty one is none */
export function checkMountLabel(label: string | undefined): string | undefined {
  if (label === undefined || label === '') return undefined;
  const bytes = Buffer.byteLength(label);
  if (bytes > FSCONFIG_MAX_VALUE || label.includes('\0')) {
    const message = bytes > FSCONFIG_MAX_VALUE ? 'the label of the mounts is too long' : 'the label of the mounts contains a NUL';
    throw mountsInvalid([{ pointer: POINTER, message, expected: `at most ${String(FSCONFIG_MAX_VALUE)} bytes` }]);
  }
  return label;
}

/** context and its like. */
const labels = /^(?:fs|def|root)?context$/;

/** Ops on the context of a filesystem that is set up: all of its files are to have the label. One that its own options name counts. */
export function labelFilesystem(
  type: string,
  data: readonly DataOption[],
  label: string | undefined,
  context: Reg,
  { say }: OpNotes,
): Op[] {
  const isLabelled = label !== undefined && !shared.has(type) && !labelledAtRoot.has(type) && !data.some(({ key }) => labels.test(key));
  return isLabelled ? [setOption(context, 'context', label, { say, pointer: POINTER })] : [];
}

/**
 * Labels the root directory of a detached mount, where that is the way. In a user namespace that root has made it is the host's root that
 * owns the directory, so the host half does it.
 *
 * @man setxattr(2)
 */
export function labelRoot(type: string, tree: Reg, { mountLabel: label, handOver }: MountContext, what: string): Op[] {
  if (label === undefined || !labelledAtRoot.has(type)) return [];
  const root = reg('root to label');
  const notes = { say: `${what}: give it the label ${JSON.stringify(label)}`, pointer: POINTER };
  const setLabel = (directory: Reg): Op[] => [
    sys('fsetxattr', [directory, 'security.selinux', label, Buffer.byteLength(label) + 1, 0], notes),
  ];
  return [
    sys('openat', [tree, '.', O.RDONLY | O.DIRECTORY | O.CLOEXEC], { to: root, ...notes }),
    ...(handOver === undefined ? setLabel(root) : handOver.lend(root, setLabel, notes.say, POINTER)),
    closeFd(root),
  ];
}
