import { release } from 'node:os';
import { OCI_VERSION } from '@standpipe/oci-spec';
import { initId } from '@standpipe/program';
import packageJson from '../package.json' with { type: 'json' };

/** Put in by the bundler: the commit that it was built from, where that is known. */
declare const __commit: string | undefined;

export const { version } = packageJson;
export const commit: string | undefined = typeof __commit === 'string' ? __commit : undefined;

/**
 * What `--version` prints, in the shape that clients of runc parse: Docker takes for the runtime's name what stands before the
 * word "version", wherever it is, so there is one such line.
 */
export function versionText(): string {
  const runtime = process.versions.bun === undefined ? `node: v${process.versions.node}` : `bun: ${process.versions.bun}`;
  return [
    `standpipe version ${version}`,
    ...(commit === undefined ? [] : [`commit: ${commit}`]),
    `spec: ${OCI_VERSION}`,
    `init: ${initId.toString(16).padStart(16, '0')}`,
    runtime,
    `kernel: ${release()}`,
    '',
  ].join('\n');
}
