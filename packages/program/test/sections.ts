import { at, buf, executableOf, label, link, type Op, type Program, section, sys } from '@standpipe/program';
import { programOfOps, runExecutable } from '@standpipe/program/testing';

export const origin = { plugin: 'test', step: 'ops' };

/** A program of one section that ends with exit code `code`, whose ops may fail. */
export function programOf(ops: readonly Op[], end: readonly Op[] = [sys('exit_group', [1])]): Program {
  return link({ sections: [section('test', label('start'), ops, end, origin)] });
}

/** Writes the 64 bits of registers or other operands to standard output, for the test to read back. */
export function printWords(values: readonly Parameters<typeof sys>[1][number][]): Op[] {
  const out = buf('out', values.length * 8);
  const stores = values.map((value, index): Op => ({ op: 'store', into: at(out, index * 8), size: 8, value }));
  return [...stores, sys('write', [1, out, out.size], { say: 'print' })];
}

/** Runs ops and reads what `printWords` printed. */
export async function wordsOf(ops: readonly Op[]): Promise<bigint[]> {
  const hex: Op[] = [...ops];
  const { code, stdout, stderr } = await runExecutable(executableOf(programOfOps(hex)), {
    wrapper: ['sh', '-c', '"$0" | od -An -v -t d8 -w8; exit 0'],
  });
  if (code !== 0 || stderr !== '') throw new Error(`${code}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => BigInt(line.trim()));
}
