import { rmdirSync } from 'node:fs';
import { openCgroup } from '@standpipe/cgroups';
import { clearStale as clearStaleState, deleteContainer as deleteState, type LeftCgroups, type RemoveSettings } from '@standpipe/state';
import { isOurs } from './own-cgroups.js';

/** How a container is deleted. Its cgroups are the runtime's business. */
export type DeleteSettings = Omit<RemoveSettings, 'removeCgroups' | 'thaw'>;

/**
 * Deletes a container, with its cgroups and whatever is in them still: a stopped, stale or merely created one, and with `force` any.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN` (not with `force`), `CONTAINER_NOT_STOPPED`, `CONTAINER_BUSY`
 */
export async function deleteContainer(stateRoot: string, id: string, settings: DeleteSettings = {}): Promise<void> {
  await deleteState(stateRoot, id, withCgroups(settings));
}

/**
 * Removes what a killed runtime left of a container: its state, and its cgroups. A container's program can do that by itself, but for
 * cgroups with others in them and those of another path.
 *
 * @returns whether something was removed
 * @throws PlumbingError `CONTAINER_BUSY`, `CONTAINER_NOT_STOPPED`
 */
export async function clearStale(stateRoot: string, id: string, settings: DeleteSettings = {}): Promise<boolean> {
  return clearStaleState(stateRoot, id, withCgroups(settings));
}

function withCgroups(settings: DeleteSettings): RemoveSettings {
  return { ...settings, thaw, removeCgroups: (left) => removeCgroups(left, settings) };
}

async function thaw(cgroups: readonly string[]): Promise<void> {
  try {
    const left = cgroups.filter(isOurs);
    if (left.length > 0) await openCgroup(left).thaw();
  } catch (error) {
    // The process ended, and who stayed with it has removed them.
    if (cgroups.some(isOurs)) throw error;
  }
}

async function removeCgroups({ made, making, scope }: LeftCgroups, { timeoutMs }: DeleteSettings): Promise<void> {
  const left = made.filter(isOurs);
  if (left.length > 0) await openCgroup(left).remove({ kill: true, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  for (const path of making.filter(isOurs)) {
    try {
      rmdirSync(path);
    } catch {
      // Somebody is in it: then it is somebody else's.
    }
  }
  if (scope === undefined) return;
  const { endScope } = await import('@standpipe/cgroups/systemd');
  await endScope(scope);
}
