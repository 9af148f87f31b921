import { branch, here, jump, label, type Op, type OpNotes, type Operand, raise, reg, sys } from '@standpipe/program';
import { errnoNumber } from '@standpipe/syscalls';

/** What the kernel answers who may not make or enter a cgroup here: without CAP_SYS_ADMIN and delegation, or where cgroups are mounted read-only. */
export const notDelegated: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** A system call, and what its errnos mean here where their text alone would mislead. At most four; each stays a failure. */
export function explained(
  name: string,
  args: readonly Operand[],
  notes: OpNotes & { readonly say: string },
  meanings: Readonly<Record<string, string>>,
): Op[] {
  const { say, pointer } = notes;
  const entries = Object.entries(meanings);
  if (entries.length === 0) return [sys(name, args, notes)];
  const result = reg('result');
  const [refused, done] = [label(`${name} refused`), label(`${name} done`)];
  const raises = entries.flatMap(([errno, meaning], i): Op[] => {
    const number = errnoNumber(errno) ?? 0;
    const raised = raise(`${say} (${meaning})`, { errno: number, pointer });
    const other = label(`not ${errno}`);
    // It is the last one when it is none of the others.
    return i === entries.length - 1 ? [raised] : [branch(result, '!=', -number, other), raised, here(other)];
  });
  return [
    sys(name, args, { ...notes, to: result, unless: { errno: entries.map(([errno]) => errno), goto: refused } }),
    jump(done),
    here(refused),
    ...raises,
    here(done),
  ];
}
