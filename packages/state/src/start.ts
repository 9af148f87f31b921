import { closeSync, unlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StateDirectory } from './directory.js';
import { notStartable, startFailed, unknownContainer } from './errors.js';
import { stateFile } from './files.js';
import { checkContainerId } from './id.js';
import { type ReadSettings, statusOf } from './read.js';
import { openStateRoot } from './root.js';
import { startMessage } from './start-protocol.js';

const POLL_MS = 5;

/**
 * Starts a created container, and returns when its command runs. Of several who ask at once one starts it.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_CREATED`; `START_FAILED` with what the container says of it
 */
export async function startContainer(root: string, id: string, settings: ReadSettings = {}): Promise<void> {
  checkContainerId(id);
  const rootFd = openStateRoot(root);
  if (rootFd === undefined) throw unknownContainer(id);
  try {
    using dir = StateDirectory.open(rootFd, id);
    if (dir === undefined) throw unknownContainer(id);
    const status = statusOf(dir, dir.readRecord(), settings);
    if (status !== 'created') throw notStartable(id, status);
    const answer = await askAgain(dir.path(stateFile.startSocket));
    if (answer === undefined) throw notStartable(id, 'running');
    if (answer !== '') throw startFailed(id, answer);
    try {
      unlinkSync(dir.path(stateFile.startSocket));
    } catch {
      // Deleted meanwhile. Nobody listens on it in any case.
    }
  } finally {
    closeSync(rootFd);
  }
}

/** With more of them than may queue, asks until the container has answered one. */
async function askAgain(path: string): Promise<string | undefined> {
  for (;;) {
    try {
      return await ask(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await sleep(POLL_MS);
    }
  }
}

/** What the container says after it has accepted: nothing when all went well. Undefined when another was first. */
async function ask(path: string): Promise<string | undefined> {
  const { connect } = await import('node:net');
  const chunks: Buffer[] = [];
  try {
    const socket = connect({ path, allowHalfOpen: true });
    socket.write(startMessage.start);
    for await (const chunk of socket) chunks.push(chunk as Buffer);
  } catch (error) {
    // Executing its command, or dying, it has left us in the queue.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET' && code !== 'EPIPE' && code !== 'ENOENT') throw error;
  }
  const [accepted, ...text] = Buffer.concat(chunks);
  return accepted === startMessage.accepted[0] ? Buffer.from(text).toString() : undefined;
}
