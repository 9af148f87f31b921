import { check, openPort, syscallNumber, type SyscallPort } from '@standpipe/syscalls';

const LANDLOCK_CREATE_RULESET_VERSION = 1;
/** Not built in, and built in but not enabled at boot. */
const [ENOSYS, EOPNOTSUPP] = [-38, -95];

/**
 * The Landlock ABI of this kernel; 0 when it has none.
 *
 * @man landlock_create_ruleset(2)
 * @kernel 5.13
 */
export function readLandlockAbi(port: SyscallPort = openPort()): number {
  const args = [null, 0, LANDLOCK_CREATE_RULESET_VERSION] as const;
  const abi = port.syscall(syscallNumber('landlock_create_ruleset', port.arch), ...args);
  if (abi === ENOSYS || abi === EOPNOTSUPP) return 0;
  return check(abi, { syscall: 'landlock_create_ruleset', args });
}
