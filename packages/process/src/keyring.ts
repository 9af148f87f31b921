import { here, label, type Op, reg, sys } from '@standpipe/program';

const KEYCTL_JOIN_SESSION_KEYRING = 1;
const KEYCTL_SETPERM = 5;
/** What a session keyring begins with, and that its user may search it. */
const KEY_POS_ALL = 0x3f00_0000;
const KEY_USR_VIEW = 0x01_0000;
const KEY_USR_READ = 0x02_0000;
const KEY_USR_SEARCH = 0x08_0000;
const KEY_USR_LINK = 0x10_0000;

/**
 * Leaves the runtime's session keyring for a new one, so that the container has none of the keys of
 * whoever started it. A kernel without keyrings has no keys to give away either.
 *
 * @man keyctl(2), session-keyring(7)
 * @errno EDQUOT the user has too many keys
 */
export function planSessionKeyring(name: string): Op[] {
  const keyring = reg('keyring');
  const none = label('no keyrings');
  const say = `join a new session keyring, ${JSON.stringify(name)}`;
  return [
    sys('keyctl', [KEYCTL_JOIN_SESSION_KEYRING, name], { to: keyring, unless: { errno: ['ENOSYS'], goto: none }, say }),
    sys('keyctl', [KEYCTL_SETPERM, keyring, KEY_POS_ALL | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_LINK], {
      say: 'make the session keyring searchable',
    }),
    here(none),
  ];
}
