import type { Client } from './client.js';
import { buildah } from './buildah.js';
import { containerd } from './containerd.js';
import { dockerd } from './dockerd.js';
import { podmanRootless } from './podman-rootless.js';
import { podman } from './podman.js';

/** In the order of the report. */
export const clients: readonly Client[] = [podman, podmanRootless, buildah, containerd, dockerd];
