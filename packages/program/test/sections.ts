import { at, buf, executableOf, label, link, type Op, type Operand, type Program, section, sys } from '@standpipe/program';
import { runExecutable } from '@standpipe/program/testing';

export const origin = { plugin: 'test', step: 'ops' };

const exitReporting: readonly Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [1])];

/** A program of one section. */
export function programOf(ops: readonly Op[], end: readonly Op[] = [sys('exit_group', [1])]): Program {
  return link({ sections: [section('test', label('start'), ops, end, origin)] });
}

/** Writes a text to standard output. */
export function print(text: string): Op {
  return sys('write', [1, text, Buffer.byteLength(text)], { say: 'print' });
}

/** Writes values of 64 bits to standard output, for `wordsOf` to read. */
export function printWords(values: readonly Operand[]): Op[] {
  const out = buf('out', values.length * 8);
  const stores = values.map((value, index): Op => ({ op: 'store', into: at(out, index * 8), size: 8, value }));
  return [...stores, sys('write', [1, out, out.size], { say: 'print' })];
}

/** Runs ops for real, and gives the values that they printed. */
export async function wordsOf(ops: readonly Op[], end: readonly Op[] = exitReporting): Promise<bigint[]> {
  const program = programOf([...ops, sys('exit_group', [0])], end);
  const { stdout, stderr } = await runExecutable(executableOf(program), { wrapper: ['sh', '-c', '"$0" | od -An -v -t d8 -w8'] });
  if (stderr !== '') throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => BigInt(line.trim()));
}
