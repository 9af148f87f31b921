import type { ReadStream, WriteStream } from 'node:tty';
import { sampleUsage, usageBetween } from '@standpipe/runtime/steer';
import type { BarStyle } from './format.js';
import { Screen } from './screen.js';
import { type SortKey, sortKeys, sortUsage } from './sort.js';
import { type Machine, renderSummary, renderTable } from './table.js';

export interface LiveSettings {
  readonly root: string;
  readonly machine: Machine;
  readonly intervalMs: number;
  readonly sort: SortKey;
  /** How many looks; endless when left out. */
  readonly count: number | undefined;
  readonly bars: BarStyle;
  readonly color: boolean;
}

const keys: Readonly<Record<string, SortKey>> = { c: 'cpu', m: 'memory', p: 'pids', i: 'io', n: 'id' };
const labels: Readonly<Record<SortKey, string>> = { cpu: 'c CPU', memory: 'm memory', pids: 'p pids', io: 'i io', id: 'n name' };

/** The line below the table: what the keys do, and what the order goes by. */
function helpLine(sort: SortKey): string {
  const words = sortKeys.map((key) => (key === sort ? `[${labels[key]}]` : ` ${labels[key]} `));
  return `sort by ${words.join(' ')}   q quits`;
}

/** Shows the table on the whole terminal until its user has seen enough. */
export async function showLive(output: WriteStream, input: ReadStream | undefined, settings: LiveSettings): Promise<void> {
  const { root, machine, intervalMs, count = Number.POSITIVE_INFINITY, bars, color } = settings;
  let { sort } = settings;
  let quit = false;
  let wake = (): void => undefined;
  let now = sampleUsage(root);
  let usage = usageBetween([], now);

  const draw = (): void => {
    const { columns, rows } = screen;
    const table = renderTable(sortUsage(usage, sort), { machine, width: columns, bars, color });
    const room = Math.max(2, rows - 4);
    const hidden = table.length - room;
    const seen = hidden > 0 ? [...table.slice(0, room - 1), `${bars === 'ascii' ? '...' : '…'} and ${String(hidden + 1)} more`] : table;
    const text = [renderSummary(usage, machine).slice(0, columns), '', ...seen, '', helpLine(sort).slice(0, columns)];
    screen.draw(color ? text.map((line, i) => (i === 2 ? `\x1b[7m${line.padEnd(columns).slice(0, columns)}\x1b[0m` : line)) : text);
  };
  const end = (): void => {
    quit = true;
    wake();
  };
  using screen = new Screen(output, input, {
    key: (key) => {
      if (key === 'q') end();
      if (Object.hasOwn(keys, key)) sort = keys[key] ?? sort;
      draw();
    },
    quit: end,
    redraw: () => draw(),
  });

  for (let looks = 0; ; looks++) {
    draw();
    if (looks >= count) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (quit) return;
    const before = now;
    now = sampleUsage(root);
    usage = usageBetween(before, now);
  }
}
