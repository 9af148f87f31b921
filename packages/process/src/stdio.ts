import { AT, S_IFBLK, S_IFCHR, S_IFMT, STATX } from '@standpipe/syscalls';
import { at, branch, buf, here, label, load, type Op, reg, statxField, sys } from '@standpipe/program';

const STATX_SIZE = 256;
const STATX_UID = { offset: 0x14, size: 4 } as const;

/**
 * Gives the standard streams to the user, who could write to them without, but not open them again by
 * /dev/stdout. Devices are left alone: they are the host's, and many others use its /dev/null. And nothing
 * hangs on it: what can't be given away, as the pipe of someone whom this user namespace doesn't know, stays as it is.
 *
 * @man fchownat(2)
 */
export function planStdioOwner(uid: number, pointer = '/process/user/uid'): Op[] {
  return [0, 1, 2].flatMap((fd) => {
    const stat = buf('statx', STATX_SIZE);
    const value = reg('stat');
    const done = label(`fd ${String(fd)} settled`);
    return [
      sys('statx', [fd, '', AT.EMPTY_PATH, STATX.TYPE | STATX.UID, stat], { unless: { errno: 'any', goto: done }, pointer }),
      load(at(stat, statxField.mode.offset), statxField.mode.size, value),
      branch(value, '==', S_IFCHR, done, S_IFMT),
      branch(value, '==', S_IFBLK, done, S_IFMT),
      load(at(stat, STATX_UID.offset), STATX_UID.size, value),
      branch(value, '==', uid | 0, done),
      sys('fchownat', [fd, '', uid, -1, AT.EMPTY_PATH], { unless: { errno: 'any' }, pointer }),
      here(done),
    ];
  });
}
