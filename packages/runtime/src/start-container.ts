import { PlumbingError } from '@standpipe/errors';
import { startContainer as startState } from '@standpipe/state';
import { deleteContainer } from './delete-container.js';
import { readSavedHooks } from './saved-hooks.js';

export interface StartSettings {
  /** Gives up the poststart hooks, and with them the container. */
  readonly signal?: AbortSignal | undefined;
  /** Told of what went wrong and stopped nothing: poststop hooks of a container whose other hooks have failed. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Runs the command of a created container, and returns when it runs and its poststart hooks have. When a hook fails there is
 * no container any more, as the OCI specification has it.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `CONTAINER_NOT_CREATED`, `START_FAILED`, `HOOK_FAILED`
 */
export async function startContainer(stateRoot: string, id: string, { signal, onWarning }: StartSettings = {}): Promise<void> {
  const saved = readSavedHooks(stateRoot, id, ['startContainer', 'poststart']);
  try {
    await startState(stateRoot, id);
    if (saved?.hooks.poststart === undefined) return;
    const { runHooks } = await import('@standpipe/hooks');
    await runHooks('poststart', saved.hooks.poststart, saved.state, { signal });
  } catch (error) {
    if (saved !== undefined && isOfHook(error)) await deleteContainer(stateRoot, id, { force: true, onWarning });
    throw error;
  }
}

/** Not a refusal to start it, and not its command that could not be executed. */
function isOfHook(error: unknown): boolean {
  if (!PlumbingError.is(error)) return true;
  return error.code.startsWith('HOOK') || (error.code === 'START_FAILED' && error.message.includes('error running startContainer hook'));
}
