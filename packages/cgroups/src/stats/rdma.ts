import { linesOf, parseCount, parseFields } from './count.js';
import type { StatsSource } from './source.js';
import type { RdmaEntry, RdmaStats } from './stats.js';

export function rdmaStats({ read }: StatsSource): RdmaStats {
  return { limit: parseRdma(read('rdma.max')), current: parseRdma(read('rdma.current')) };
}

/** Parses `mlx4_0 hca_handle=2 hca_object=max`. */
function parseRdma(text: string | undefined): RdmaEntry[] {
  return linesOf(text).map((line) => {
    const [device = ''] = line.split(' ');
    const values = parseFields(line);
    return { device, hca_handles: parseCount(values.get('hca_handle')), hca_objects: parseCount(values.get('hca_object')) };
  });
}
