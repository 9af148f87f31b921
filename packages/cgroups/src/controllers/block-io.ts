import type { Integer, Section } from './section.js';

export interface LinuxWeightDevice {
  readonly major: Integer;
  readonly minor: Integer;
  readonly weight?: Integer | undefined;
  readonly leafWeight?: Integer | undefined;
}

export interface LinuxThrottleDevice {
  readonly major: Integer;
  readonly minor: Integer;
  /** Bytes or operations per second; 0 is no limit. */
  readonly rate: Integer;
}

/** `linux.resources.blockIO`: the `blkio` controller of v1, `io` of v2. A weight of 0 is none asked for. */
export interface LinuxBlockIO {
  readonly weight?: Integer | undefined;
  readonly leafWeight?: Integer | undefined;
  readonly weightDevice?: readonly LinuxWeightDevice[] | undefined;
  readonly throttleReadBpsDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleWriteBpsDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleReadIOPSDevice?: readonly LinuxThrottleDevice[] | undefined;
  readonly throttleWriteIOPSDevice?: readonly LinuxThrottleDevice[] | undefined;
}

const WEIGHT = { min: 10n, max: 1_000n };
const NUMBER = { min: 0n, max: 2n ** 32n - 1n };

const throttles = [
  { field: 'throttleReadBpsDevice', v1: 'blkio.throttle.read_bps_device', v2: 'rbps' },
  { field: 'throttleWriteBpsDevice', v1: 'blkio.throttle.write_bps_device', v2: 'wbps' },
  { field: 'throttleReadIOPSDevice', v1: 'blkio.throttle.read_iops_device', v2: 'riops' },
  { field: 'throttleWriteIOPSDevice', v1: 'blkio.throttle.write_iops_device', v2: 'wiops' },
] as const;

export function planBlockIO(blockIO: LinuxBlockIO, section: Section): void {
  planWeights(blockIO, section);
  for (const { field, v1, v2 } of throttles) {
    for (const [i, { major, minor, rate }] of (blockIO[field] ?? []).entries()) {
      const at = `${field}/${String(i)}`;
      const device = deviceOf(at, { major, minor }, section);
      const most = section.integer(`${at}/rate`, rate, { min: 0n });
      if (device === undefined || most === undefined) continue;
      // 0 lifts a limit on v1; v2 has a word for that, and refuses 0.
      if (section.version === 1) section.write(at, v1, `${device} ${String(most)}`);
      else section.write(at, 'io.max', `${device} ${v2}=${most === 0n ? 'max' : String(most)}`);
    }
  }
}

/** The weight of `io.weight`, from 1 to 10000, for one from 10 to 1000: linear, as in runc and crun. */
export function ioWeight(weight: bigint): bigint {
  return 1n + ((weight - 10n) * 9_999n) / 990n;
}

function planWeights(blockIO: LinuxBlockIO, section: Section): void {
  const weight = section.amount('weight', blockIO.weight, WEIGHT);
  if (weight !== undefined) writeWeight('weight', weight, section);
  const leaf = section.amount('leafWeight', blockIO.leafWeight, WEIGHT);
  if (leaf !== undefined && section.onlyOnV1('leafWeight', 'weight against the own children')) {
    section.write('leafWeight', 'blkio.leaf_weight', leaf);
  }
  for (const [i, asked] of (blockIO.weightDevice ?? []).entries()) {
    const at = `weightDevice/${String(i)}`;
    const device = deviceOf(at, asked, section);
    const own = section.amount(`${at}/weight`, asked.weight, WEIGHT);
    const ownLeaf = section.amount(`${at}/leafWeight`, asked.leafWeight, WEIGHT);
    if (device === undefined) continue;
    if (own !== undefined) writeWeight(`${at}/weight`, own, section, device);
    if (ownLeaf !== undefined && section.onlyOnV1(`${at}/leafWeight`, 'weight against the own children')) {
      section.write(`${at}/leafWeight`, 'blkio.leaf_weight_device', `${device} ${String(ownLeaf)}`);
    }
  }
}

/**
 * Weights are the I/O scheduler's. v1 had those of CFQ until Linux 5.0, and has BFQ's since; on v2 BFQ has the same scale, and what is
 * there without it, the io.cost controller, one of its own.
 */
function writeWeight(field: string, weight: bigint, section: Section, device?: string): void {
  const of = (value: bigint): string => (device === undefined ? String(value) : `${device} ${String(value)}`);
  const value = of(weight);
  if (section.version === 2) {
    section.write(field, 'io.bfq.weight', value, { fallback: { file: 'io.weight', value: of(ioWeight(weight)) } });
  } else {
    const name = device === undefined ? 'weight' : 'weight_device';
    section.write(field, `blkio.${name}`, value, { fallback: { file: `blkio.bfq.${name}`, value } });
  }
}

function deviceOf(at: string, { major, minor }: { major: Integer; minor: Integer }, section: Section): string | undefined {
  const numbers = [section.integer(`${at}/major`, major, NUMBER), section.integer(`${at}/minor`, minor, NUMBER)];
  return numbers.includes(undefined) ? undefined : numbers.join(':');
}
