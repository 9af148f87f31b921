import { type Integer, pointerKey, type Section } from './section.js';

/** What one device of `linux.resources.rdma` may be used for. */
export interface LinuxRdma {
  readonly hcaHandles?: Integer | undefined;
  readonly hcaObjects?: Integer | undefined;
}

const UINT32 = { min: 0n, max: 2n ** 32n - 1n };
/** The kernel counts in ints, and calls the largest no limit. */
const INT_MAX = 2n ** 31n - 1n;

export function planRdma(devices: Readonly<Record<string, LinuxRdma>>, section: Section): void {
  for (const [device, { hcaHandles, hcaObjects }] of Object.entries(devices)) {
    const at = pointerKey(device);
    const limits = {
      hca_handle: section.integer(`${at}/hcaHandles`, hcaHandles, UINT32),
      hca_object: section.integer(`${at}/hcaObjects`, hcaObjects, UINT32),
    };
    const words = Object.entries(limits).flatMap(([name, most]) =>
      most === undefined ? [] : [`${name}=${most >= INT_MAX ? 'max' : String(most)}`],
    );
    if (device === '' || /[\s\0]/.test(device)) section.issue(at, `${JSON.stringify(device)} is no name of a device`);
    else if (words.length > 0) section.write(at, 'rdma.max', [device, ...words].join(' '));
  }
}
