import { cgroupInUse, readContainer } from './container.js';
import { notPaused, notRunning } from './errors.js';

/**
 * Stops every process of a container where it is, and returns when all have stopped.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`; `CONTAINER_NOT_RUNNING`, also when it is paused already
 */
export async function pauseContainer(root: string, id: string): Promise<void> {
  const container = readContainer(root, id);
  const { status } = container.state;
  if (status !== 'running' && status !== 'created') throw notRunning(id, status);
  await cgroupInUse(container).freeze();
}

/**
 * Lets the processes of a paused container run on.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_PAUSED`
 */
export async function resumeContainer(root: string, id: string): Promise<void> {
  const container = readContainer(root, id);
  if (container.state.status !== 'paused') throw notPaused(id, container.state.status);
  await cgroupInUse(container).thaw();
}
