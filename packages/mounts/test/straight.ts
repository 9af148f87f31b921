import { disassemble, type Op } from '@standpipe/program';
import { programOfOps } from '@standpipe/program/testing';

/**
 * The system calls of a run in which nothing fails, as strace would show them: what is looked at is as hoped for, files where it
 * is asked, and everything that is opened is there.
 */
export function straight(ops: readonly Op[]): string[] {
  const calls: Op[] = [];
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i];
    if (op?.op === 'syscall') calls.push({ ...op, unless: undefined });
    // A branch leads around the complaint behind it.
    const leads = op?.op === 'jump' || (op?.op === 'branch' && ops[i + 1]?.op === 'raise');
    if (leads) i = ops.findIndex((other) => other.op === 'label' && other.label === op.to);
  }
  const lines = disassemble(programOfOps(calls), { origins: false }).split('\n');
  return lines.flatMap((line) => /^ *\d+ (.*)$/.exec(line)?.[1] ?? []).slice(0, calls.length);
}

/** Of every sentence and pointer that the ops have, each once. */
export function notesOf(ops: readonly Op[]): { says: string[]; pointers: string[] } {
  const said = ops.filter((op) => 'say' in op) as { say?: string; pointer?: string }[];
  const unique = (texts: (string | undefined)[]): string[] => [...new Set(texts.filter((text) => text !== undefined))];
  return { says: unique(said.map(({ say }) => say)), pointers: unique(said.map(({ pointer }) => pointer)) };
}

/** Names of system calls that can fail and say nothing then. */
export function silent(ops: readonly Op[]): string[] {
  return ops.flatMap((op) =>
    op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any' && !['umask', 'exit_group'].includes(op.name)
      ? [op.name]
      : [],
  );
}
