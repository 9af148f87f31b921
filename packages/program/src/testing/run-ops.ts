import { spawn, type StdioOptions } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executableOf } from '../launch.js';
import { link, type Program, section, type Section } from '../link.js';
import { label, type Op, sys } from '../op.js';

/** What a process did. */
export interface Outcome {
  /** Its exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface RunSettings {
  /** A command to start it with: `['unshare', '--mount']`, `['setpriv', '--reuid=1000']`. */
  readonly wrapper?: readonly string[];
  /** Default: nothing to read, and what is written is in the outcome. */
  readonly stdio?: StdioOptions;
  readonly cwd?: string;
  /** The whole environment; the default is this process's. */
  readonly env?: NodeJS.ProcessEnv;
}

/** And what else is in its program. */
export interface RunOpsSettings extends RunSettings {
  /** Sections for processes that the ops make, such as a clone's child. */
  readonly sections?: readonly Section[];
}

const origin = { plugin: 'test', step: 'ops' };

/**
 * Ops as a program of one process, which exits with 0 behind the last of them. When one fails, its undos run, and it
 * says the failed op's sentence with the errno's text on standard error and exits with 1.
 */
export function programOfOps(ops: readonly Op[], sections: readonly Section[] = []): Program {
  const end: Op[] = [{ op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' }, sys('exit_group', [1])];
  return link({ sections: [section('test', label('start'), [...ops, sys('exit_group', [0])], end, origin), ...sections] });
}

/** Runs ops for real, in a process of their own: as {@link programOfOps} makes it. */
export function runOps(ops: readonly Op[], { sections, ...settings }: RunOpsSettings = {}): Promise<Outcome> {
  return runExecutable(executableOf(programOfOps(ops, sections)), settings);
}

/** Runs a program, or any executable given as bytes, to its end. */
export async function runExecutable(executable: Uint8Array, settings: RunSettings = {}): Promise<Outcome> {
  const { wrapper = [], stdio = ['ignore', 'pipe', 'pipe'], cwd, env } = settings;
  const dir = mkdtempSync(join(tmpdir(), 'standpipe-ops-'));
  try {
    // A wrapper may make it run as somebody else.
    chmodSync(dir, 0o755);
    const file = join(dir, 'ops');
    writeFileSync(file, executable, { mode: 0o755 });
    const [command, ...args] = [...wrapper, file] as const;
    const child = spawn(command, args, { stdio, cwd, env });
    const texts = { stdout: '', stderr: '' };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
    return await new Promise((resolve, reject) => {
      child.once('error', reject).once('close', (code, signal) => {
        resolve({ code, signal, ...texts });
      });
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}
