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
  const entries = Object.entries(meanings);
  const raises = entries.flatMap(([errno, meaning], i): Op[] => {
    const number = errnoNumber(errno) ?? 0;
    const raised = raise(`${say} (${meaning})`, { errno: number, pointer });
    const other = label(`not ${errno}`);
    // It is the last one when it is none of the others.
    return i === entries.length - 1 ? [raised] : [branch(to, '!=', -number, other), raised, here(other)];
  });
  return [
    sys(name, args, { to, say, pointer, unless: { errno: Object.keys(meanings), goto: refused } }),
    jump(done),
    here(refused),
    ...raises,
    here(done),
  ];
}
