import type { ContainerUsage, Usage } from '@standpipe/runtime/steer';
import { bar, type BarStyle, formatBytes, formatPercent } from './format.js';

/** What the machine has: what the shares of the bars are of. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface TableSettings {
  readonly machine: Machine;
  /** Columns of the terminal; without any, nothing is left out for want of room. */
  readonly width?: number;
  /** No bars when left out. */
  readonly bars?: BarStyle | undefined;
  readonly color?: boolean;
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cell: (container: ContainerUsage) => string;
  /** From 0 to 1, for a bar and its colour. */
  readonly share?: (container: ContainerUsage) => number;
  /** The higher, the sooner it goes when there is no room. 0 stays. */
  readonly spare: number;
}

const BAR_WIDTH = 10;
const GAP = '  ';

/** The table of `standpipe top`: a heading, and a line for each container. */
export function renderTable(containers: readonly ContainerUsage[], settings: TableSettings): string[] {
  const { width = Number.POSITIVE_INFINITY, color = false } = settings;
  const rendered = fitting(columnsFor(settings), containers, width);
  const heading = rendered.map(({ column, width: own }) => pad(column.title, own, column.align)).join(GAP);
  const lines = containers.map((container, row) => {
    const cells = rendered.map(({ column, cells: own, width: columnWidth }) => {
      const text = pad(own[row] ?? '', columnWidth, column.align);
      return color && column.share !== undefined ? colored(text, column.share(container)) : text;
    });
    const line = cells.join(GAP);
    return color && container.status !== 'running' && container.usage === undefined ? `\x1b[2m${line}\x1b[0m` : line;
  });
  return [heading, ...lines].map((line) => line.trimEnd());
}

function columnsFor({ machine, bars, width }: TableSettings): Column[] {
  const of =
    (read: (usage: Usage) => string | undefined) =>
    (container: ContainerUsage): string =>
      container.usage === undefined ? '-' : (read(container.usage) ?? '-');
  const bytes = (count: number | undefined): string | undefined => (count === undefined ? undefined : formatBytes(count));
  const percent = (value: number | undefined): string | undefined => (value === undefined ? undefined : formatPercent(value));

  const barColumn = (share: (usage: Usage) => number): Column[] => {
    if (bars === undefined) return [];
    const shareOf = ({ usage }: ContainerUsage): number => (usage === undefined ? 0 : share(usage));
    return [{ title: '', align: 'left', cell: (container) => bar(shareOf(container), BAR_WIDTH, bars), share: shareOf, spare: 3 }];
  };
  // A limit that the machine can't meet is none.
  const memoryLimit = ({ memoryLimitBytes = machine.memoryBytes }: Usage): number => Math.min(memoryLimitBytes, machine.memoryBytes);

  return [
    { title: 'CONTAINER', align: 'left', cell: ({ id }) => (width === undefined ? id : shortId(id)), spare: 0 },
    { title: 'STATUS', align: 'left', cell: ({ status }) => status, spare: 4 },
    { title: 'CPU %', align: 'right', cell: of(({ cpuPercent }) => percent(cpuPercent)), spare: 0 },
    ...barColumn(({ cpuPercent = 0 }) => cpuPercent / 100 / machine.cpus),
    { title: 'MEMORY', align: 'right', cell: of(({ memoryBytes }) => formatBytes(memoryBytes)), spare: 0 },
    { title: 'LIMIT', align: 'right', cell: of(({ memoryLimitBytes }) => bytes(memoryLimitBytes)), spare: 5 },
    ...barColumn((usage) => usage.memoryBytes / memoryLimit(usage)),
    { title: 'PIDS', align: 'right', cell: of(({ pids }) => String(pids)), spare: 1 },
    { title: 'READ/s', align: 'right', cell: of(({ readBytesPerSecond }) => bytes(readBytesPerSecond)), spare: 6 },
    { title: 'WRITE/s', align: 'right', cell: of(({ writeBytesPerSecond }) => bytes(writeBytesPerSecond)), spare: 6 },
    { title: 'PSI cpu', align: 'right', cell: of(({ pressure }) => percent(pressure.cpu)), spare: 7 },
    { title: 'mem', align: 'right', cell: of(({ pressure }) => percent(pressure.memory)), spare: 7 },
    { title: 'io', align: 'right', cell: of(({ pressure }) => percent(pressure.io)), spare: 7 },
  ];
}

interface Rendered {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly width: number;
}

/** Leaves out columns until the rest has room, and then cuts the ids. */
function fitting(columns: readonly Column[], containers: readonly ContainerUsage[], width: number): Rendered[] {
  let rendered = columns.map((column): Rendered => {
    const cells = containers.map(column.cell);
    return { column, cells, width: Math.max(column.title.length, ...cells.map((cell) => cell.length)) };
  });
  const excess = (): number => rendered.reduce((sum, one) => sum + one.width, 0) + GAP.length * (rendered.length - 1) - width;
  for (let spare = 7; spare > 0 && excess() > 0; spare--) rendered = rendered.filter(({ column }) => column.spare < spare);
  const [first, ...others] = rendered;
  if (first === undefined || excess() <= 0) return rendered;
  return [cut(first, Math.max(4, first.width - excess())), ...others];
}

/** Of the ids that engines make, as many digits as their own tools show. */
function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}

function cut(rendered: Rendered, width: number): Rendered {
  return { ...rendered, width, cells: rendered.cells.map((cell) => cell.slice(0, width)) };
}

function pad(text: string, width: number, align: Column['align']): string {
  return (align === 'left' ? text.padEnd(width) : text.padStart(width)).slice(0, Math.max(width, 0));
}

/** Green, yellow from 60 percent, red from 85. */
function colored(text: string, share: number): string {
  return `\x1b[${share >= 0.85 ? '31' : share >= 0.6 ? '33' : '32'}m${text}\x1b[0m`;
}

const statuses: readonly ContainerUsage['status'][] = ['running', 'paused', 'created', 'creating', 'stopped', 'stale'];

/** The line above the table. */
export function renderSummary(containers: readonly ContainerUsage[], machine: Machine): string {
  const counts = statuses.flatMap((status) => {
    const count = containers.filter((one) => one.status === status).length;
    return count === 0 ? [] : [`${String(count)} ${status}`];
  });
  const sum = (read: (usage: Usage) => number): number =>
    containers.reduce((all, { usage }) => all + (usage === undefined ? 0 : read(usage)), 0);
  return [
    `${String(containers.length)} container${containers.length === 1 ? '' : 's'}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`,
    `CPU ${formatPercent(sum(({ cpuPercent = 0 }) => cpuPercent))}% of ${String(machine.cpus * 100)}%`,
    `memory ${formatBytes(sum(({ memoryBytes }) => memoryBytes))} of ${formatBytes(machine.memoryBytes)}`,
  ].join('   ');
}
