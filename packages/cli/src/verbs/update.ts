import { readFileSync } from 'node:fs';
import { PlumbingError, type SpecIssue } from '@standpipe/errors';
import { type LinuxResources, parseSpecText, validateResources } from '@standpipe/oci-spec';
import { updateContainer } from '@standpipe/runtime/steer';
import { type Invocation, text } from '../command.js';
import { usage } from '../parse.js';
import { stateRootOf } from '../state-root.js';
import { namesLimits, refuseRdt, resourcesOf } from '../update-flags.js';
import { printWarnings } from '../warnings.js';

/** Changes the limits of a container. */
export async function run(invocation: Invocation): Promise<number> {
  refuseRdt(invocation);
  const { resources, warnings } = asked(invocation);
  const more = await updateContainer(stateRootOf(invocation), invocation.positionals[0] ?? '', resources);
  printWarnings([...warnings, ...more], invocation);
  return 0;
}

function asked(invocation: Invocation): { resources: LinuxResources; warnings: readonly SpecIssue[] } {
  const file = text(invocation, 'resources');
  if (file === undefined) return { resources: resourcesOf(invocation), warnings: [] };
  if (namesLimits(invocation)) throw usage('--resources names all limits: others beside it would not count');
  return validateResources(parseSpecText(read(file)));
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new PlumbingError(`read the resources from ${file === '-' ? 'standard input' : JSON.stringify(file)}`, {
      code: 'RESOURCES_NOT_READABLE',
      cause: error,
    });
  }
}
