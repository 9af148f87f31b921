import { badId } from './errors.js';

/** (uid_t)-1 is nobody: to the kernel it means "unchanged". */
const MAX_ID = 0xffff_fffe;

/**
 * Parses `UID` or `UID:GID`: decimal digits and nothing else, and no number that is cut to 32 bits. A user's name, a
 * sign, a blank or an empty part is an error, and never root (CVE-2026-30892).
 *
 * @throws PlumbingError `USER_INVALID`
 */
export function parseUser(text: string): { uid: number; gid: number | undefined } {
  const colon = text.indexOf(':');
  if (colon < 0) return { uid: parseId('uid', text), gid: undefined };
  return { uid: parseId('uid', text.slice(0, colon)), gid: parseId('gid', text.slice(colon + 1)) };
}

/** @throws PlumbingError `USER_INVALID` */
export function parseId(what: Parameters<typeof badId>[0], text: string): number {
  const id = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(id <= MAX_ID)) throw badId(what, text);
  return id;
}
