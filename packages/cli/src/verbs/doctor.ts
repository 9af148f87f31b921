import { checkHost, linuxHostFacts, loadAssembly } from '@standpipe/runtime';
import { flag, type Invocation } from '../command.js';
import { print } from '../print.js';
import { renderProbes } from '../render-probes.js';
import { stateRootOf } from '../state-root.js';

/** Says what this machine can and can't do, and what to change. Fails only where no container could run. */
export async function run(invocation: Invocation): Promise<number> {
  const assembly = await loadAssembly(invocation.global.assembly);
  const report = checkHost(assembly, { facts: linuxHostFacts(), stateRoot: stateRootOf(invocation) });
  const colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  await print(flag(invocation, 'json') ? `${JSON.stringify(report, null, 2)}\n` : renderProbes(report, { colour }));
  return report.able ? 0 : 1;
}
