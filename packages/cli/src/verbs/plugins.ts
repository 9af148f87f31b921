import { loadAssembly } from '@standpipe/runtime';
import { flag, type Invocation } from '../command.js';
import { print } from '../print.js';
import { renderAssembly } from '../render-assembly.js';

/** Shows what is assembled, in which order, and why. */
export async function run(invocation: Invocation): Promise<number> {
  const assembly = await loadAssembly(invocation.global.assembly);
  const report = assembly.describe();
  await print(flag(invocation, 'json') ? `${JSON.stringify(report, null, 2)}\n` : renderAssembly(report));
  return 0;
}
