import type { Op } from '@standpipe/program';
import { type Outcome, runOps, type RunOpsSettings } from '@standpipe/program/testing';
import { parseEnv, planExec } from '../src/index.js';

/** An outcome without a failure. */
export function fine(stdout = ''): Outcome {
  return { code: 0, signal: null, stdout, stderr: '' };
}

export function failed(stderr: string): Outcome {
  return { code: 1, signal: null, stdout: '', stderr: `${stderr}\n` };
}

/** Runs ops, and behind them a shell script that looks at the process they made. */
export function runShell(ops: readonly Op[], script: string, settings?: RunOpsSettings): Promise<Outcome> {
  return runOps([...ops, ...planExec(['/bin/sh', '-c', script], parseEnv(['PATH=/usr/sbin:/usr/bin:/sbin:/bin']))], settings);
}

/** The script that prints lines of the shell's own /proc/PID/status. */
export function statusOf(...fields: string[]): string {
  return `grep -E '^(${fields.join('|')}):' /proc/self/status`;
}
