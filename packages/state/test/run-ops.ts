import { spawn, type StdioOptions } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executableOf, label, link, type Op, section, sys } from '@standpipe/program';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const origin = { plugin: 'test', step: 'ops' };

/** Ops as an executable's bytes. What ends them runs the undos, and says the failed op's sentence. */
export function executable(ops: readonly Op[]): Uint8Array {
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [1])];
  return executableOf(link({ sections: [section('test', label('start'), ops, end, origin)] }));
}

/** Runs ops in a process of their own. */
export async function runOps(ops: readonly Op[], stdio: StdioOptions = 'pipe'): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'standpipe-ops-'));
  try {
    const file = join(dir, 'ops');
    writeFileSync(file, executable(ops), { mode: 0o755 });
    const child = spawn(file, { stdio });
    const outcome = { code: null as number | null, stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (outcome.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (outcome.stderr += text));
    outcome.code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    return outcome;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
