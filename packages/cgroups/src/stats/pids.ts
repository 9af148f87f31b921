import { parseCount } from './count.js';
import type { StatsSource } from './source.js';
import type { PidsStats } from './stats.js';

export function pidsStats({ read }: StatsSource): PidsStats {
  const max = read('pids.max')?.trim();
  return { current: parseCount(read('pids.current')), limit: max === 'max' ? 0 : parseCount(max) };
}
