// A bundle that needs no image: its root is an empty directory over which this machine's own
// programs are mounted, read-only.
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultSpec } from '@standpipe/oci-spec';

/** Writes a bundle into `directory` whose process runs `script` with sh, and returns its config. */
export function writeBundle(directory, script, { terminal = false } = {}) {
  const root = join(directory, 'rootfs');
  mkdirSync(root, { recursive: true });
  const spec = defaultSpec();
  const binds = [];
  for (const name of ['usr', 'bin', 'sbin', 'lib', 'lib64']) {
    const path = `/${name}`;
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(root, name));
    else binds.push({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro', 'nosuid', 'nodev'] });
  }
  const config = {
    ...spec,
    process: { ...spec.process, terminal, args: ['/bin/sh', '-c', script] },
    root: { path: 'rootfs', readonly: false },
    mounts: [...spec.mounts, ...binds],
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config, null, 2));
  return config;
}
