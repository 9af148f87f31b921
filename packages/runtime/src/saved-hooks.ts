import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HookedState, HookKind, Hooks } from '@standpipe/hooks';
import { checkContainerId, readState, stateFile } from '@standpipe/state';
import { configNotReadable } from './errors.js';

/** Hooks of a container that is there, and what they are told of it. */
export interface SavedHooks {
  readonly hooks: Hooks;
  readonly state: HookedState;
}

/**
 * Reads the hooks that a container was made with: from the copy of its config, for what the bundle has by now is nothing that its
 * creator has agreed to. Undefined when it has none of these kinds, or there is no such container.
 */
export function readSavedHooks(stateRoot: string, id: string, kinds: readonly HookKind[]): SavedHooks | undefined {
  checkContainerId(id);
  const path = join(stateRoot, id, stateFile.config);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  // Most containers have none, and most of their configs are long.
  if (!kinds.some((kind) => text.includes(`"${kind}"`))) return undefined;
  const { hooks } = parse(text, (cause) => configNotReadable(id, path, cause));
  if (hooks === undefined || kinds.every((kind) => (hooks[kind] ?? []).length === 0)) return undefined;
  const { ociVersion, bundle, annotations, pid } = readState(stateRoot, id);
  return { hooks, state: { ociVersion, id, bundle, annotations, pid } };
}

function parse(text: string, unreadable: (cause: unknown) => Error): { readonly hooks?: Hooks } {
  try {
    return JSON.parse(text) as { hooks?: Hooks };
  } catch (cause) {
    throw unreadable(cause);
  }
}
