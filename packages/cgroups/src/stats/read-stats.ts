import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CgroupDirectory, directoryOf, unified } from '../directory.js';
import { readIfThere } from '../files.js';
import { blkioStats } from './blkio.js';
import { cpuStats } from './cpu.js';
import { cpusetStats } from './cpuset.js';
import { hugetlbStats } from './hugetlb.js';
import { memoryStats } from './memory.js';
import { pidsStats } from './pids.js';
import { rdmaStats } from './rdma.js';
import type { StatsSource } from './source.js';
import type { CgroupStats } from './stats.js';

/** Reads what a cgroup uses. */
export function readStats(directories: readonly CgroupDirectory[]): CgroupStats {
  const source = (controller: string): StatsSource => sourceOf(directories, controller);
  return {
    cpu: cpuStats(source('cpu'), source('cpuacct')),
    cpuset: cpusetStats(source('cpuset')),
    memory: memoryStats(source('memory')),
    pids: pidsStats(source('pids')),
    blkio: blkioStats(source(directories.some(({ controllers }) => controllers.includes('blkio')) ? 'blkio' : 'io')),
    hugetlb: hugetlbStats(source('hugetlb')),
    rdma: rdmaStats(source('rdma')),
  };
}

function sourceOf(directories: readonly CgroupDirectory[], controller: string): StatsSource {
  const directory = directoryOf(directories, controller);
  const pressure = unified(directories);
  return {
    version: directory?.version ?? 2,
    read: (file) => {
      // Pressure is v2's alone: on a hybrid machine it is there though the controllers are elsewhere.
      const from = file.endsWith('.pressure') ? pressure : directory;
      return from === undefined ? undefined : readIfThere(join(from.path, file));
    },
    files: () => (directory === undefined ? [] : readdirSync(directory.path)),
  };
}
