import { validateSpec } from '@standpipe/oci-spec';
import { readSandboxFacts, runForeground, sandboxSpec } from '@standpipe/runtime';
import { flag, type Invocation, list, text } from '../command.js';
import { planContainer } from '../plan-container.js';
import { settingsOf } from '../settings.js';

/** Exit codes as of env(1) and others that run a command: what is left is the command's own. */
export const failureCode = 125;
const failureCodes = { setUp: failureCode, notExecutable: 126, notFound: 127 };

/** Becomes the init of a container over the host's own root. */
export async function run(invocation: Invocation): Promise<number> {
  const options = {
    command: invocation.rest,
    net: flag(invocation, 'net'),
    rw: list(invocation, 'rw'),
    cwd: text(invocation, 'cwd'),
    env: list(invocation, 'env'),
    hostname: text(invocation, 'hostname'),
    asRoot: flag(invocation, 'as-root'),
    capabilities: list(invocation, 'cap-add'),
  };
  const { spec, warnings } = validateSpec(sandboxSpec(options, readSandboxFacts()));
  if (flag(invocation, 'print-config')) {
    process.stdout.write(`${JSON.stringify(spec, null, 2)}\n`);
    return 0;
  }
  const id = `sandbox-${String(process.pid)}-${Date.now().toString(36)}`;
  const settings = settingsOf(invocation, { id, bundle: '/', failureCodes });
  return runForeground(await planContainer(invocation, { path: '/', spec, warnings }, settings, 'sandbox'), settings);
}
