import { errnoNumber, openPort, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { type Architecture, architectures } from './abi.js';
import { type Action, actions, actionOf, returnValue } from './action.js';
import { operators, type Operator } from './condition.js';
import { FILTER_FLAG, type Flag, flagBit, flags } from './flags.js';

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const EFAULT = errnoNumber('EFAULT') ?? 0;

/** What a runtime can tell of seccomp in its features document. */
export interface SeccompFeatures {
  readonly actions: readonly Action[];
  readonly operators: readonly Operator[];
  readonly archs: readonly Architecture[];
  readonly knownFlags: readonly Flag[];
  /** Those that this kernel has. */
  readonly supportedFlags: readonly Flag[];
}

/** Asks the kernel which of the flags and actions it has. Nothing is filtered by that. */
export function seccompFeatures(port: SyscallPort = openPort()): SeccompFeatures {
  return {
    actions: actions.filter((action) => hasAction(port, action)),
    operators,
    archs: architectures,
    knownFlags: flags,
    supportedFlags: flags.filter((flag) => hasFlag(port, flag)),
  };
}

/** @kernel 4.14 */
function hasAction(port: SyscallPort, action: Action): boolean {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, actionOf(returnValue(action)), true);
  return port.syscall(syscallNumber('seccomp'), SECCOMP_GET_ACTION_AVAIL, 0, value) === 0;
}

/** A kernel that knows the flag goes on to look at the filter, and there is none. */
function hasFlag(port: SyscallPort, flag: Flag): boolean {
  const needed = flag === 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' ? FILTER_FLAG.NEW_LISTENER : 0;
  return port.syscall(syscallNumber('seccomp'), SECCOMP_SET_MODE_FILTER, flagBit(flag) | needed, null) === -EFAULT;
}
