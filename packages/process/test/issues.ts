import { SpecError } from '@standpipe/errors';
import type { Op } from '@standpipe/program';

/** The issues of a plan that is refused, `pointer: message` each; none when it isn't. */
export function issuesOf(plan: () => unknown): string[] {
  try {
    plan();
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
    throw error;
  }
  return [];
}

/** The system calls of a plan, without what they say. */
export function callsOf(ops: readonly Op[]): [name: string, ...args: unknown[]][] {
  return ops.flatMap((op): [string, ...unknown[]][] => (op.op === 'syscall' ? [[op.name, ...op.args]] : []));
}
