import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import { defaultSpec } from '@standpipe/oci-spec';
import { flag, type Invocation, text } from '../command.js';

/** Writes a config.json to begin with; never over one that is there. */
export function run(invocation: Invocation): number {
  const path = join(text(invocation, 'bundle') ?? '.', 'config.json');
  const rootless = flag(invocation, 'rootless') ? { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 } : undefined;
  const spec = defaultSpec(rootless === undefined ? {} : { rootless });
  try {
    writeFileSync(path, `${JSON.stringify(spec, null, 2)}\n`, { flag: 'wx', mode: 0o666 });
  } catch (error) {
    throw new PlumbingError(`write "${path}"`, {
      code: 'SPEC_NOT_WRITTEN',
      cause: error,
      hint:
        (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'remove the file first, or name another directory with --bundle' : undefined,
    });
  }
  return 0;
}
