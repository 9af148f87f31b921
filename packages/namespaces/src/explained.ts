import { branch, here, jump, label, type Operand, type Op, raise, type Reg, sys } from '@standpipe/program';
import { errnoNumber } from '@standpipe/syscalls';

export interface ExplainedCall {
  readonly name: string;
  readonly args: readonly Operand[];
  readonly to: Reg;
  readonly say: string;
  readonly pointer?: string | undefined;
}

/**
 * A system call, and what its errnos mean here where their text alone would mislead: ENOSPC of a clone is no full
 * disk. At most four of them; each stays a failure, and keeps its errno.
 */
export function explained(call: ExplainedCall, meanings: Readonly<Record<string, string>>): Op[] {
  const { name, args, to, say, pointer } = call;
  const [refused, done] = [label(`${name} refused`), label(`${name} done`)];
  const raises = Object.entries(meanings).flatMap(([errno, meaning]): Op[] => {
    const other = label(`not ${errno}`);
    const number = errnoNumber(errno) ?? 0;
    return [branch(to, '!=', -number, other), raise(`${say} (${meaning})`, { errno: number, pointer }), here(other)];
  });
  return [sys(name, args, { to, say, pointer, unless: { errno: Object.keys(meanings), goto: refused } }), jump(done), here(refused), ...raises, here(done)];
}
