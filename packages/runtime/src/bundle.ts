import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SpecIssue } from '@standpipe/errors';
import { parseSpecText, type Spec, validateSpec } from '@standpipe/oci-spec';
import { noBundle } from './errors.js';

/** A bundle that was read and found valid. */
export interface Bundle {
  /** Absolute. */
  readonly path: string;
  readonly spec: Spec;
  readonly warnings: readonly SpecIssue[];
}

/**
 * Reads and validates the config.json of a bundle, or the file of another name and place that is `config`.
 *
 * @throws PlumbingError `NO_BUNDLE` when it can't be read; SpecError with every fault found
 */
export function readBundle(path: string, { config: file }: { readonly config?: string | undefined } = {}): Bundle {
  const config = file === undefined ? join(resolve(path), 'config.json') : resolve(file);
  let text: string;
  try {
    text = readFileSync(config, 'utf8');
  } catch (error) {
    throw noBundle(config, error);
  }
  const { spec, warnings } = validateSpec(parseSpecText(text));
  return { path: resolve(path), spec, warnings };
}

/**
 * A bundle whose config is not that of its directory.
 *
 * @throws SpecError with every fault found
 */
export function bundleOf(path: string, config: unknown): Bundle {
  const { spec, warnings } = validateSpec(config);
  return { path: resolve(path), spec, warnings };
}
