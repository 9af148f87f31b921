import { noInit } from './errors.js';
import { initId, initImages } from './generated/init-images.js';

/** Architectures that standpipe-init can be built for. */
export type InitArch = 'x64' | 'arm64';

export { initId };

/** The architecture of this process, if init can be built for it. */
export function hostInitArch(): InitArch {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw noInit(process.arch);
}

const decoded: Partial<Record<InitArch, Uint8Array>> = {};

/**
 * standpipe-init as an ELF image without a program. It was built together with this package, which
 * carries it inside; so the two can't be of different versions.
 *
 * @throws PlumbingError `NO_INIT` when this build of the package has none for `arch`.
 */
export function initImage(arch: InitArch): Uint8Array {
  const image = initImages[arch];
  if (image === undefined) throw noInit(arch);
  return (decoded[arch] ??= Buffer.from(image, 'base64'));
}
