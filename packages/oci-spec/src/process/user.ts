import { type Check, list, object, required, type Shape } from '../check.js';
import { id, integer } from '../values.js';

/** NGROUPS_MAX. */
const MAX_GROUPS = 65_536;

const userFields = {
  /** User id as the container sees it. */
  uid: required(id),
  /** Group id as the container sees it. */
  gid: required(id),
  /** Permission bits that new files lack. Left out, the specification leaves it as it is. */
  umask: integer(0, 0o777),
  /** Supplementary groups, as the container sees them. */
  additionalGids: list(id, { max: MAX_GROUPS }),
};

/** Who the process is. */
export interface User extends Shape<typeof userFields> {}
export const user: Check<User> = object(userFields);
