import { OCI_VERSION } from '@standpipe/oci-spec';
import { initId } from '@standpipe/program';
import packageJson from '../package.json' with { type: 'json' };

/** What `--version` prints, in the shape that clients of runc parse. */
export function versionText(): string {
  const runtime = process.versions.bun === undefined ? `node: v${process.versions.node}` : `bun: ${process.versions.bun}`;
  return [
    `standpipe version ${packageJson.version}`,
    `spec: ${OCI_VERSION}`,
    `init: ${initId.toString(16).padStart(16, '0')}`,
    runtime,
    '',
  ].join('\n');
}
