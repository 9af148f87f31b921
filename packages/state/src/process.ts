import { readFileSync } from 'node:fs';
import { fstat, fstatfsType, OwnedFd, pidfdOpen, type SyscallPort } from '@standpipe/syscalls';
import { BOOT_ID_PATH, type StateRecord } from './record.js';

export const PIDFS_MAGIC = 0x50494446;
/** Clock ticks as /proc shows them are 1/100 s on every architecture. */
const NANOSECONDS_PER_TICK = 10_000_000n;

type Identity = Pick<StateRecord, 'bootId' | 'pid' | 'pidfdInode' | 'aliveAt'>;

/**
 * Whether the recorded process still lives; a zombie doesn't. Needs nothing but /proc.
 *
 * A process that took over the pid began after ours had ended, and so after the moment when ours was
 * seen alive; that is told by its start time.
 *
 * @man proc_pid_stat(5)
 */
export function isAlive(recorded: Identity): boolean {
  if (read(BOOT_ID_PATH)?.trim() !== recorded.bootId) return false;
  const stat = read(`/proc/${String(recorded.pid)}/stat`);
  if (stat === undefined) return false;
  // The name before them may hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = 'X'] = fields;
  const startTicks = fields[19];
  if (state === 'Z' || state === 'X' || startTicks === undefined) return false;
  const aliveAt = BigInt(recorded.aliveAt.seconds) * 1_000_000_000n + BigInt(recorded.aliveAt.nanoseconds);
  return BigInt(startTicks) * NANOSECONDS_PER_TICK <= aliveAt;
}

/** A pidfd of the recorded process, or undefined when it is gone. What a signal through it hits is that process and no other. */
export function openRecorded(port: SyscallPort, recorded: Identity): OwnedFd | undefined {
  let fd: OwnedFd;
  try {
    fd = new OwnedFd(port, pidfdOpen(port, recorded.pid));
  } catch {
    return undefined;
  }
  // The pidfd first, then the look: the pid can't be another's while the process that we hold is not reaped.
  const same = fstatfsType(port, fd.fd) !== PIDFS_MAGIC || String(fstat(port, fd.fd).ino) === recorded.pidfdInode;
  if (same && isAlive(recorded)) return fd;
  fd.close();
  return undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
