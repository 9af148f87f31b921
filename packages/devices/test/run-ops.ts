import { spawnSync } from 'node:child_process';
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

/** Runs ops in a process of their own, which exits with 0, or says the failed op's sentence and exits with 1. */
export function runOps(ops: readonly Op[], wrapper: readonly string[] = []): Outcome {
  const start = label('start');
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [1])];
  const program = link({ sections: [section('test', start, [...ops, sys('exit_group', [0])], end, origin)] });
  const dir = mkdtempSync(join(tmpdir(), 'standpipe-ops-'));
  try {
    const file = join(dir, 'ops');
    writeFileSync(file, executableOf(program), { mode: 0o755 });
    const [command = file, ...args] = [...wrapper, file];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    return { code: status, stdout, stderr };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Why tests that make devices can't run here, or undefined when they can. */
export function unavailable(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  return undefined;
}
