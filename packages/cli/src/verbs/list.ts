import { type ContainerDescription, describeContainers } from '@standpipe/runtime/steer';
import { renderError } from '@standpipe/errors';
import { flag, type Invocation, text } from '../command.js';
import { print } from '../print.js';
import { stateRootOf } from '../state-root.js';

/** Lists the containers under the state directory. */
export async function run(invocation: Invocation): Promise<number> {
  const containers = describeContainers(stateRootOf(invocation), {
    onError: (_, error) => void process.stderr.write(`standpipe: ${renderError(error)}\n`),
  });
  if (flag(invocation, 'quiet')) await print(containers.map(({ id }) => `${id}\n`).join(''));
  else if (text(invocation, 'format') === 'json') await print(`${JSON.stringify(containers)}\n`);
  else await print(tableOf(containers));
  return 0;
}

const columns = ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'] as const;

/** Columns as wide as what is in them, and 12 at least, as runc has them. */
function tableOf(containers: readonly ContainerDescription[]): string {
  const rows = [
    columns,
    ...containers.map(({ id, pid, status, bundle, created, owner }) => [id, String(pid), status, bundle, created, owner]),
  ];
  const widths = columns.map((_, column) => Math.max(12, ...rows.map((row) => (row[column]?.length ?? 0) + 3)));
  const last = columns.length - 1;
  return rows.map((row) => `${row.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0))).join('')}\n`).join('');
}
