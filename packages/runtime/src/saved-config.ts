import { readFileSync } from 'node:fs';
import { parseSpecText, type Spec, validateSpec } from '@standpipe/oci-spec';
import type { ContainerState } from '@standpipe/state';
import { configNotReadable } from './errors.js';

/** Of a container's state, what says where its config lies. */
export type Configured = Pick<ContainerState, 'id' | 'config' | 'configKept'>;

/**
 * Reads what a container was made from. Our copy was valid when it was written, and lies where nobody else may write; what is in the bundle
 * may have changed since, and is looked at again.
 *
 * @throws PlumbingError `CONFIG_NOT_READABLE`
 */
export function readSavedConfig({ id, config, configKept }: Configured): Spec {
  try {
    const document = parseSpecText(readFileSync(config, 'utf8'));
    return configKept ? (document as Spec) : validateSpec(document).spec;
  } catch (error) {
    throw configNotReadable(id, config, error);
  }
}

/** The same for what can do without. */
export function findSavedConfig(container: Configured): Spec | undefined {
  try {
    return readSavedConfig(container);
  } catch {
    return undefined;
  }
}
