import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { findSavedConfig } from '../saved-config.js';
import { type Container, listContainers, readContainer } from './container.js';

/** What `state` and `list` tell of a container: the specification's state, and what runc adds to it. */
export interface ContainerDescription {
  readonly ociVersion: string;
  readonly id: string;
  /** 0 once it has ended. */
  readonly pid: number;
  readonly status: 'creating' | 'created' | 'running' | 'paused' | 'stopped';
  readonly bundle: string;
  /** Absolute. Empty when its config can't be read any more. */
  readonly rootfs: string;
  /** RFC 3339. */
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of the user who made it, or # and the uid. */
  readonly owner: string;
}

/**
 * Describes one container.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`, `STATE_MALFORMED`
 */
export function describeContainer(root: string, id: string): ContainerDescription {
  return describe(readContainer(root, id), ownerNames());
}

/** Describes all containers, by id. Those that can't be read are left out, unless `onError` throws. */
export function describeContainers(
  root: string,
  settings: { readonly onError?: (id: string, error: unknown) => void } = {},
): ContainerDescription[] {
  const names = ownerNames();
  return listContainers(root, settings).map((container) => describe(container, names));
}

function describe({ state }: Container, names: (uid: number) => string): ContainerDescription {
  const { ociVersion, id, pid, status, bundle, annotations, created, owner } = state;
  return {
    ociVersion,
    id,
    pid,
    // What a killed runtime left has no process: of the specification's words this is the one.
    status: status === 'stale' ? 'stopped' : status,
    bundle,
    rootfs: rootfsOf(state),
    created: (created ?? new Date(0)).toISOString(),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    owner: owner === undefined ? '' : names(owner),
  };
}

function rootfsOf(state: Container['state']): string {
  const path = findSavedConfig(state)?.root.path;
  return path === undefined || state.bundle === '' ? '' : resolve(state.bundle, path);
}

/** Names of users, from /etc/passwd, which is read when first asked. */
function ownerNames(): (uid: number) => string {
  let names: Map<string, string> | undefined;
  return (uid) => {
    names ??= new Map(passwd().map(([name = '', , id = '']) => [id, name]));
    return names.get(String(uid)) ?? `#${String(uid)}`;
  };
}

function passwd(): string[][] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
