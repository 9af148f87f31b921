import { containerEvents, formatContainerEvent, readContainerStats } from '@standpipe/runtime/steer';
import { parseDuration } from '../amounts.js';
import { flag, type Invocation, text } from '../command.js';
import { print } from '../print.js';
import { stateRootOf } from '../state-root.js';

/** Prints what a container uses, and when its memory runs out. */
export async function run(invocation: Invocation): Promise<number> {
  const root = stateRootOf(invocation);
  const id = invocation.positionals[0] ?? '';
  const intervalMs = parseDuration('interval', text(invocation, 'interval') ?? '5s');
  if (flag(invocation, 'stats')) {
    await print(`${formatContainerEvent({ type: 'stats', id, stats: readContainerStats(root, id) })}\n`);
    return 0;
  }
  for await (const event of containerEvents(root, id, { intervalMs })) {
    if (!(await print(`${formatContainerEvent(event)}\n`))) break;
  }
  return 0;
}
