import type { SpecIssue } from '@standpipe/errors';
import { type Op, sys } from '@standpipe/program';

/** __NEW_UTS_LEN: both names hold this many bytes. */
const NAME_MAX = 64;

/** `hostname` or `domainname` of a config.json. */
export interface Name {
  readonly kind: 'hostname' | 'domainname';
  readonly name: string;
  readonly pointer: string;
}

export function checkName({ kind, name, pointer }: Name, issues: SpecIssue[]): void {
  if (Buffer.byteLength(name) <= NAME_MAX && !name.includes('\0')) return;
  issues.push({
    pointer,
    message: `${JSON.stringify(name)} is no ${kind}`,
    expected: `at most ${String(NAME_MAX)} bytes, none of them NUL`,
  });
}

/** Plans a name of the UTS namespace. @man sethostname(2), setdomainname(2) */
export function planName({ kind, name, pointer }: Name): Op {
  return sys(`set${kind}`, [name, Buffer.byteLength(name)], { say: `set the ${kind} to ${JSON.stringify(name)}`, pointer });
}
