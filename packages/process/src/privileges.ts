import { PR } from '@standpipe/syscalls';
import { type Op, sys } from '@standpipe/program';

/**
 * Keeps the process and all of its children from ever gaining a privilege by execve(2): set-user-ID
 * bits and file capabilities do nothing any more. There is no way back.
 *
 * @man PR_SET_NO_NEW_PRIVS(2const)
 * @kernel 3.5
 */
export function planNoNewPrivileges(pointer = '/process/noNewPrivileges'): Op[] {
  return [sys('prctl', [PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0], { say: 'give up gaining privileges (no_new_privs)', pointer })];
}
