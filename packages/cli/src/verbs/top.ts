import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerUsage, sampleUsage, usageBetween } from '@standpipe/runtime/steer';
import { parseDuration } from '../amounts.js';
import { flag, type Invocation, number, text } from '../command.js';
import { print } from '../print.js';
import { stateRootOf } from '../state-root.js';
import { sortKeys, sortUsage } from '../top/sort.js';
import { renderTable } from '../top/table.js';

/** Shows what all containers use: live on a terminal, else once. */
export async function run(invocation: Invocation): Promise<number> {
  const root = stateRootOf(invocation);
  const intervalMs = parseDuration('interval', text(invocation, 'interval') ?? '1s');
  const sort = sortKeys.find((key) => key === text(invocation, 'sort')) ?? 'cpu';
  const count = number(invocation, 'count');
  const json = flag(invocation, 'json');
  const machine = { cpus: availableParallelism(), memoryBytes: totalmem() };

  const { env, stdin, stdout } = process;
  if (stdout.isTTY && env['TERM'] !== 'dumb' && !json) {
    const { showLive } = await import('../top/live.js');
    const color = (env['NO_COLOR'] ?? '') === '';
    const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((name) => name !== undefined && name !== '') ?? '';
    const bars = /utf-?8/i.test(locale) ? 'blocks' : 'ascii';
    await showLive(stdout, stdin.isTTY ? stdin : undefined, { root, machine, intervalMs, sort, count, bars, color });
    return 0;
  }
  const render = (usage: readonly ContainerUsage[]): string =>
    json ? `${JSON.stringify(usage)}\n` : `${renderTable(usage, { machine }).join('\n')}\n`;
  let before = sampleUsage(root);
  for (let looks = 1; ; looks++) {
    await sleep(intervalMs);
    const now = sampleUsage(root);
    const read = await print(`${!json && looks > 1 ? '\n' : ''}${render(sortUsage(usageBetween(before, now), sort))}`);
    if (!read || looks >= (count ?? 1)) return 0;
    before = now;
  }
}
