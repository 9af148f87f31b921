import { type Op, sys } from '@standpipe/program';

/**
 * Container: leaves the session of who started it, with or without a terminal of its own. Otherwise the
 * user's terminal would be its /dev/tty, to be read from and typed into, and ^C would come to it twice.
 *
 * @man setsid(2)
 * @errno EPERM for the leader of a process group, which a process that was just cloned is not
 */
export function beginSession(): Op[] {
  return [sys('setsid', [], { say: 'begin a session of its own' })];
}
