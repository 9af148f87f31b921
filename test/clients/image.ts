import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name under which the image is known once it is loaded. */
const imageName = 'localhost/bb:1';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * Packs a root filesystem as an image of one layer, in an archive that says so twice: as an OCI layout for
 * containerd and Podman, and in the way of `docker save`.
 */
export function writeImage(rootfs: string, archive: string): void {
  const layout = mkdtempSync(join(tmpdir(), 'standpipe-image-'));
  try {
    mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
    const put = (mediaType: string, content: Buffer | object): Descriptor => {
      const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
      const hex = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(join(layout, 'blobs/sha256', hex), bytes);
      return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
    };
    const tar = join(layout, 'layer.tar');
    execFileSync('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '-C', rootfs, '-cf', tar, '.']);
    const layer = put('application/vnd.oci.image.layer.v1.tar', readFileSync(tar));
    rmSync(tar);
    const config = put('application/vnd.oci.image.config.v1+json', {
      created: '1970-01-01T00:00:00Z',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Env: ['PATH=/bin:/sbin'], Cmd: ['/bin/sh'] },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [{ created: '1970-01-01T00:00:00Z' }],
    });
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = put(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
    const annotations = { 'org.opencontainers.image.ref.name': imageName, 'io.containerd.image.name': imageName };
    const path = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;
    const files = {
      'oci-layout': { imageLayoutVersion: '1.0.0' },
      'index.json': { schemaVersion: 2, manifests: [{ ...manifest, annotations }] },
      'manifest.json': [{ Config: path(config), RepoTags: [imageName], Layers: [path(layer)] }],
    };
    for (const [name, value] of Object.entries(files)) writeFileSync(join(layout, name), JSON.stringify(value));
    execFileSync('tar', ['-C', layout, '-cf', archive, ...Object.keys(files), 'blobs']);
  } finally {
    rmSync(layout, { recursive: true });
  }
}
