import { O } from '@standpipe/syscalls';
import { closeFd, type Op, resolveInRoot, sys } from '@standpipe/program';
import { isEmpty, setattr } from './attributes.js';
import { FS_CLOEXEC, FSCONFIG, FSPICK_EMPTY_PATH, MOUNT_ATTR } from './constants.js';
import type { MountContext } from './context.js';
import { setOption } from './fsconfig.js';
import { describeMount, type MountIntent } from './mount.js';
import { procPlaceOf } from './proc-safety.js';
import { propagate } from './propagate.js';
import { guardProc } from './target.js';

/**
 * Plans a change of what is mounted already: of the mount, and without `bind` of the filesystem too.
 *
 * @man fspick(2), mount_setattr(2)
 * @kernel 5.12
 * @errno EINVAL nothing is mounted there
 */
export function planRemount(intent: MountIntent, { root, scratch }: MountContext): Op[] {
  const { target, context } = scratch;
  const { destination, options, pointer } = intent;
  const { attributes, recursive } = options;
  const what = describeMount(intent);
  const notes = { say: what, pointer };
  const readonly = [MOUNT_ATTR.RDONLY].flatMap((bit) => [
    ...((attributes.set & bit) === 0 ? [] : ['ro']),
    ...((attributes.clear & bit) === 0 ? [] : ['rw']),
  ]);
  const flags = [...readonly, ...options.superblock];
  const reconfigure: Op[] =
    options.bind !== 'no' || (flags.length === 0 && options.data.length === 0)
      ? []
      : [
          sys('fspick', [target, '', FS_CLOEXEC | FSPICK_EMPTY_PATH], { to: context, ...notes }),
          ...flags.map((flag) => setOption(context, flag, undefined, notes)),
          ...options.data.map(({ key, value }) => setOption(context, key, value, notes)),
          sys('fsconfig', [context, FSCONFIG.CMD_RECONFIGURE, null, null, 0], notes),
          closeFd(context),
        ];
  return [
    ...resolveInRoot(root, destination.slice(1), target, { flags: O.NOFOLLOW, say: `${what}: open it`, pointer }),
    ...(procPlaceOf(destination) === 'outside' ? guardProc(target, 'outside', scratch, what, pointer) : []),
    ...reconfigure,
    ...(isEmpty(attributes) ? [] : [setattr(target, { ...attributes, ...notes })]),
    ...(isEmpty(recursive) ? [] : [setattr(target, { ...recursive, recursive: true, ...notes })]),
    ...propagate(target, intent),
    closeFd(target),
  ];
}
