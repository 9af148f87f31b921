import { malformedSubids } from './errors.js';
import { type IdMapping, MAX_ID_MAPPINGS } from './id-map.js';

/** A range of ids that /etc/subuid or /etc/subgid gives to a user. */
export interface SubidRange {
  readonly first: number;
  readonly count: number;
}

/** Whose ranges: the login name and the uid; lines may begin with either. */
export interface SubidOwner {
  readonly name?: string | undefined;
  readonly uid: number;
}

/**
 * Parses the text of /etc/subuid or /etc/subgid and gives one user's ranges, in the file's order.
 *
 * @throws PlumbingError `SUBIDS_MALFORMED` for a line of this user that isn't `user:first:count`
 * @man subuid(5), subgid(5)
 */
export function parseSubids(text: string, owner: SubidOwner, file = '/etc/subuid'): SubidRange[] {
  const ranges: SubidRange[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const [who, first, count, ...rest] = line.trim().split(':');
    if (who === undefined || who === '' || who.startsWith('#')) continue;
    if (who !== owner.name && who !== String(owner.uid)) continue;
    if (!/^\d{1,10}$/.test(first ?? '') || !/^\d{1,10}$/.test(count ?? '') || rest.length > 0) throw malformedSubids(file, i + 1, line);
    if (Number(count) > 0) ranges.push({ first: Number(first), count: Number(count) });
  }
  return ranges;
}

/**
 * Maps the container's root to one's own id, and the ids from 1 on to the ranges one was given. A range that overlaps an
 * earlier one is left out, for a map with both is refused: files have the same range by name and by uid.
 */
export function mapOwnAndSubids(ownId: number, ranges: readonly SubidRange[]): IdMapping[] {
  const mappings: IdMapping[] = [{ containerID: 0, hostID: ownId, size: 1 }];
  let next = 1;
  for (const { first, count } of ranges) {
    const overlaps = mappings.some(({ hostID, size }) => first < hostID + size && hostID < first + count);
    if (overlaps || mappings.length === MAX_ID_MAPPINGS) continue;
    mappings.push({ containerID: next, hostID: first, size: count });
    next += count;
  }
  return mappings;
}
