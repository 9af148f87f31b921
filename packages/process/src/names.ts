import { type Op, sys } from '@standpipe/program';
import { invalid } from './errors.js';

/** __NEW_UTS_LEN: both names hold this many bytes. */
const NAME_MAX = 64;

export interface Names {
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
}

/**
 * Sets the names of the UTS namespace that the process is in. It must be the container's: they are
 * the host's own otherwise.
 *
 * @man sethostname(2), setdomainname(2)
 * @throws SpecError for a name of more than 64 bytes or with a NUL
 */
export function planNames(names: Names, pointer = ''): Op[] {
  const ops: Op[] = [];
  for (const kind of ['hostname', 'domainname'] as const) {
    const name = names[kind];
    if (name === undefined || name === '') continue;
    const at = `${pointer}/${kind}`;
    const length = Buffer.byteLength(name);
    if (length > NAME_MAX || name.includes('\0')) throw invalid({ pointer: at, message: `${JSON.stringify(name)} is no ${kind}`, expected: `at most ${String(NAME_MAX)} bytes, none of them NUL` });
    ops.push(sys(`set${kind}`, [name, length], { say: `set the ${kind} to ${JSON.stringify(name)}`, pointer: at }));
  }
  return ops;
}
