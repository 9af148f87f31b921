import type { SpecIssue } from '@standpipe/errors';
import { branch, here, label, type Op, raise, reg, sys } from '@standpipe/program';
import { invalidAll } from './errors.js';
import { KEEP_ORIGINAL_GROUPS } from './original-groups.js';

/** `process.user` of a config.json. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  readonly umask?: number | undefined;
  readonly additionalGids?: readonly number[] | undefined;
}

type Setgroups = 'allowed' | 'denied' | 'unknown';

export interface PlanUserSettings {
  /**
   * Where setgroups is denied (an ordinary user's namespace with a single gid), it is not called, and additional groups are an error.
   * Where nobody knows (a user namespace that was joined), a refusal is one only if there are additional groups.
   */
  readonly setgroups?: Setgroups | undefined;
  /** The supplementary groups stay as they are, so further ones are an error. See `keepsOriginalGroups`. */
  readonly keepGroups?: boolean | undefined;
  readonly pointer?: string | undefined;
}

const MAX_ID = 0xffff_fffe; // (uid_t)-1 means "unchanged"
const NGROUPS_MAX = 65536;
const DEFAULT_UMASK = 0o022;

/**
 * Plans the change of user: supplementary groups, gid, uid, in this order, for each but the last
 * needs a privilege that the uid carries. Real, effective and saved ids all change, so there is no
 * way back. Without additional gids the list is emptied: the runtime's own groups stay only where it is asked for by name.
 *
 * @man setresuid(2), setgroups(2)
 * @errno EINVAL the id has no mapping in the user namespace
 * @throws SpecError for ids that can't be, and additional groups where setgroups is denied
 */
export function planUser(user: User, settings: PlanUserSettings = {}): Op[] {
  const { setgroups = 'allowed', keepGroups = false, pointer = '/process/user' } = settings;
  const { uid, gid, umask = DEFAULT_UMASK, additionalGids = [] } = user;
  checkUser(user, keepGroups ? 'kept' : setgroups, pointer);

  const ops: Op[] = [];
  if (setgroups !== 'denied' && !keepGroups) {
    const groups = new Uint8Array(Math.max(4, additionalGids.length * 4));
    const view = new DataView(groups.buffer);
    for (const [i, group] of additionalGids.entries()) view.setUint32(i * 4, group, true);
    const shown = `${additionalGids.slice(0, 8).join(', ')}${additionalGids.length > 8 ? ', …' : ''}`;
    const say = additionalGids.length === 0 ? 'drop the supplementary groups' : `set the supplementary groups: ${shown}`;
    const mayBeDenied = setgroups === 'unknown' && additionalGids.length === 0;
    ops.push(
      sys('setgroups', [additionalGids.length, additionalGids.length === 0 ? null : groups], {
        ...(mayBeDenied ? { unless: { errno: ['EPERM'] } } : {}),
        say,
        pointer: `${pointer}/additionalGids`,
      }),
    );
  }
  return [
    ...ops,
    ...becomeIds('setresgid', gid, { say: `become group ${String(gid)}`, pointer: `${pointer}/gid` }),
    ...becomeIds('setresuid', uid, { say: `become user ${String(uid)}`, pointer: `${pointer}/uid` }),
    sys('umask', [umask], { say: `set the umask to 0${umask.toString(8)}`, pointer: `${pointer}/umask` }),
  ];
}

/** All three of the ids. EINVAL has one meaning here, and says it in too few words. */
function becomeIds(name: 'setresgid' | 'setresuid', id: number, notes: { say: string; pointer: string }): Op[] {
  const result = reg(name);
  const mapped = label(`${name} done`);
  return [
    sys(name, [id, id, id], { to: result, unless: { errno: ['EINVAL'] }, ...notes }),
    branch(result, '==', 0, mapped),
    raise(`${notes.say}: it has no mapping in the user namespace`, { pointer: notes.pointer }),
    here(mapped),
  ];
}

function checkUser({ uid, gid, umask = DEFAULT_UMASK, additionalGids = [] }: User, setgroups: Setgroups | 'kept', pointer: string): void {
  const issues: SpecIssue[] = [];
  const checkId = (value: number, at: string): void => {
    if (!Number.isInteger(value) || value < 0 || value > MAX_ID) {
      issues.push({
        pointer: `${pointer}/${at}`,
        message: `${String(value)} is no id`,
        expected: `an integer from 0 to ${String(MAX_ID)}`,
      });
    }
  };
  checkId(uid, 'uid');
  checkId(gid, 'gid');
  for (const [i, group] of additionalGids.entries()) checkId(group, `additionalGids/${String(i)}`);
  if (additionalGids.length > NGROUPS_MAX)
    issues.push({
      pointer: `${pointer}/additionalGids`,
      message: 'there are more groups than a process can have',
      expected: `at most ${String(NGROUPS_MAX)}`,
    });
  if (!Number.isInteger(umask) || umask < 0 || umask > 0o777)
    issues.push({ pointer: `${pointer}/umask`, message: `${String(umask)} is no umask`, expected: 'an integer from 0 to 511 (0777)' });
  if (setgroups === 'denied' && additionalGids.length > 0) {
    issues.push({
      pointer: `${pointer}/additionalGids`,
      message: 'additional groups need a user namespace in which setgroups is allowed: one that newgidmap has mapped',
    });
  }
  if (setgroups === 'kept' && additionalGids.length > 0) {
    issues.push({
      pointer: `${pointer}/additionalGids`,
      message: `can't be added where ${KEEP_ORIGINAL_GROUPS} keeps the groups of who runs the container`,
    });
  }
  if (issues.length > 0) throw invalidAll(issues);
}
