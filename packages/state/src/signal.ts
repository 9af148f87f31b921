import { closeSync } from 'node:fs';
import { openPort, pidfdSendSignal } from '@standpipe/syscalls';
import { StateDirectory } from './directory.js';
import { notRunning, unknownContainer } from './errors.js';
import { checkContainerId } from './id.js';
import { openRecorded } from './process.js';
import type { ReadSettings } from './read.js';
import { openStateRoot } from './root.js';

/**
 * Sends a signal to the container's process: to that one and no other, whoever has its pid by now.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING` when it has ended; SyscallError
 * @man pidfd_send_signal(2)
 */
export function signalContainer(root: string, id: string, signal: number, { port = openPort() }: ReadSettings = {}): void {
  checkContainerId(id);
  const rootFd = openStateRoot(root);
  if (rootFd === undefined) throw unknownContainer(id);
  try {
    using dir = StateDirectory.open(rootFd, id);
    if (dir === undefined) throw unknownContainer(id);
    const record = dir.readRecord()?.record;
    using pidfd = record === undefined ? undefined : openRecorded(port, record);
    if (pidfd === undefined) throw notRunning(id);
    pidfdSendSignal(port, pidfd.fd, signal);
  } finally {
    closeSync(rootFd);
  }
}
