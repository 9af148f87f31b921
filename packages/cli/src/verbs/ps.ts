import { listProcesses } from '@standpipe/runtime/steer';
import { type Invocation, text } from '../command.js';
import { print } from '../print.js';
import { stateRootOf } from '../state-root.js';

/** Lists the processes of a container. */
export async function run(invocation: Invocation): Promise<number> {
  const pids = listProcesses(stateRootOf(invocation), invocation.positionals[0] ?? '');
  if (text(invocation, 'format') === 'json') await print(`${JSON.stringify(pids)}\n`);
  else {
    const { runPs, rowsOf } = await import('../ps-table.js');
    await print(rowsOf(runPs(invocation.rest), pids));
  }
  return 0;
}
