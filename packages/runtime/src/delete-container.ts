import { rmdirSync } from 'node:fs';
import { openCgroup } from '@standpipe/cgroups';
import { clearStale as clearStaleState, deleteContainer as deleteState, type LeftCgroups, type RemoveSettings } from '@standpipe/state';
import { isOurs } from './own-cgroups.js';
import { readSavedHooks, type SavedHooks } from './saved-hooks.js';

/** How a container is deleted. Its cgroups are the runtime's business, and its poststop hooks. */
export interface DeleteSettings extends Omit<RemoveSettings, 'removeCgroups' | 'thaw'> {
  /** Told of poststop hooks that failed, which stops nothing. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Deletes a container, with its cgroups and whatever is in them still: a stopped, stale or merely created one, and with `force` any.
 * Then its poststop hooks run.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN` (not with `force`), `CONTAINER_NOT_STOPPED`, `CONTAINER_BUSY`
 */
export async function deleteContainer(stateRoot: string, id: string, settings: DeleteSettings = {}): Promise<void> {
  await withHooks(stateRoot, id, settings, async (removal) => deleteState(stateRoot, id, removal));
}

/**
 * Removes what a killed runtime left of a container: its state, and its cgroups. A container's program can do that by itself, but for
 * cgroups with others in them and those of another path.
 *
 * @returns whether something was removed
 * @throws PlumbingError `CONTAINER_BUSY`, `CONTAINER_NOT_STOPPED`
 */
export async function clearStale(stateRoot: string, id: string, settings: DeleteSettings = {}): Promise<boolean> {
  return withHooks(stateRoot, id, settings, async (removal) => clearStaleState(stateRoot, id, removal));
}

/** The hooks of a container that a runtime holds in the foreground are run by that one, as the last thing that it does. */
async function withHooks<T>(
  stateRoot: string,
  id: string,
  { onWarning, ...settings }: DeleteSettings,
  remove: (settings: RemoveSettings) => Promise<T>,
): Promise<T> {
  let saved: SavedHooks | undefined;
  const result = await remove({
    ...settings,
    thaw,
    removeCgroups: async (left) => {
      // This is called by who removes it, and while its directory is there.
      saved = readLeniently(stateRoot, id);
      await removeCgroups(left, settings);
    },
  });
  if (saved?.hooks.poststop !== undefined) {
    const { runHooks } = await import('@standpipe/hooks');
    for (const { message } of await runHooks('poststop', saved.hooks.poststop, saved.state)) onWarning?.(message);
  }
  return result;
}

/** A container can be deleted whatever has become of its state. */
function readLeniently(stateRoot: string, id: string): SavedHooks | undefined {
  try {
    return readSavedHooks(stateRoot, id, ['poststop']);
  } catch {
    return undefined;
  }
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
