import { linesOf, parseCount, parseFields } from './count.js';
import { parsePressure } from './pressure.js';
import type { StatsSource } from './source.js';
import type { BlkioEntry, BlkioStats } from './stats.js';

type Tables = Omit<BlkioStats, 'psi'>;

const empty: Tables = {
  ioServiceBytesRecursive: [],
  ioServicedRecursive: [],
  ioQueueRecursive: [],
  ioServiceTimeRecursive: [],
  ioWaitTimeRecursive: [],
  ioMergedRecursive: [],
  ioTimeRecursive: [],
  sectorsRecursive: [],
};

/** The v1 file of each table, after what names the scheduler. */
const filesV1: Readonly<Record<keyof Tables, string>> = {
  ioServiceBytesRecursive: 'io_service_bytes_recursive',
  ioServicedRecursive: 'io_serviced_recursive',
  ioQueueRecursive: 'io_queued_recursive',
  ioServiceTimeRecursive: 'io_service_time_recursive',
  ioWaitTimeRecursive: 'io_wait_time_recursive',
  ioMergedRecursive: 'io_merged_recursive',
  ioTimeRecursive: 'time_recursive',
  sectorsRecursive: 'sectors_recursive',
};

export function blkioStats(source: StatsSource): BlkioStats {
  const psi = parsePressure(source.read('io.pressure'));
  return { ...(source.version === 1 ? tablesV1(source) : parseIoStat(source.read('io.stat'))), ...(psi === undefined ? {} : { psi }) };
}

/** The scheduler that does the accounting has numbers: bfq, before 5.0 cfq. With neither, the throttling layer counts bytes and requests. */
function tablesV1({ read }: StatsSource): Tables {
  const prefix =
    ['blkio.bfq.', 'blkio.'].find((one) => parseTable(read(`${one}${filesV1.ioServicedRecursive}`)).length > 0) ?? 'blkio.throttle.';
  const entries = Object.entries(filesV1).map(([table, file]) => [table, parseTable(read(`${prefix}${file}`))]);
  return { ...empty, ...(Object.fromEntries(entries) as Tables) };
}

/** Parses lines as `8:0 Read 4096` and `8:0 12`. The sum at the end names no device, and is left out. */
function parseTable(text: string | undefined): BlkioEntry[] {
  return linesOf(text).flatMap((line) => {
    const [device = '', ...words] = line.trim().split(/\s+/);
    const [major, minor] = device.split(':').map(Number);
    const value = words.at(-1);
    if (major === undefined || minor === undefined || value === undefined) return [];
    return [{ major, minor, op: words.length > 1 ? (words[0] ?? '') : '', value: parseCount(value) }];
  });
}

/** Parses v2's `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. */
function parseIoStat(text: string | undefined): Tables {
  const pick = (suffix: string): BlkioEntry[] =>
    linesOf(text).flatMap((line) => {
      const [device = ''] = line.split(' ');
      const [major, minor] = device.split(':').map(Number);
      if (major === undefined || minor === undefined) return [];
      const values = parseFields(line);
      return (
        [
          ['r', 'Read'],
          ['w', 'Write'],
        ] as const
      ).flatMap(([letter, op]) => {
        const value = values.get(`${letter}${suffix}`);
        return value === undefined ? [] : [{ major, minor, op, value: parseCount(value) }];
      });
    });
  return { ...empty, ioServiceBytesRecursive: pick('bytes'), ioServicedRecursive: pick('ios') };
}
