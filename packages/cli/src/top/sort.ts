import type { ContainerUsage } from '@standpipe/runtime/steer';

const measures = {
  cpu: ({ usage }: ContainerUsage): number => usage?.cpuPercent ?? -1,
  memory: ({ usage }: ContainerUsage): number => usage?.memoryBytes ?? -1,
  pids: ({ usage }: ContainerUsage): number => usage?.pids ?? -1,
  io: ({ usage }: ContainerUsage): number =>
    usage === undefined ? -1 : (usage.readBytesPerSecond ?? 0) + (usage.writeBytesPerSecond ?? 0),
  id: (): number => 0,
} as const;

/** What the order of the table goes by. */
export type SortKey = keyof typeof measures;

export const sortKeys: readonly SortKey[] = Object.keys(measures) as SortKey[];

/** Those that use the most first; alike ones by id. */
export function sortUsage(containers: readonly ContainerUsage[], key: SortKey): ContainerUsage[] {
  const measure = measures[key];
  return containers.toSorted((a, b) => measure(b) - measure(a) || (a.id < b.id ? -1 : 1));
}
