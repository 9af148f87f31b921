import { readFileSync } from 'node:fs';
import { openPort, OwnedFd, pidfdOpen, pidfdSendSignal } from '@standpipe/syscalls';

const SIGKILL = 9;

/**
 * Kills the children of a process that is our own child: the container's process of a standpipe-init, which then clears up and
 * ends. Nothing else can be hit: who is still a child when the pidfd is open is who the pidfd is of.
 *
 * @returns whether there were any
 * @man proc_pid_task(5), `children`; pidfd_open(2)
 */
export function killChildren(parent: number): boolean {
  const port = openPort();
  let killed = false;
  for (const pid of childrenOf(parent)) {
    try {
      using pidfd = new OwnedFd(port, pidfdOpen(port, pid));
      if (!childrenOf(parent).includes(pid)) continue;
      pidfdSendSignal(port, pidfd.fd, SIGKILL);
      killed = true;
    } catch {
      // It has ended by itself.
    }
  }
  return killed;
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}
