import type { SpecIssue } from '@standpipe/errors';
import { outputTooLarge } from './errors.js';
import { guarded } from './guard.js';
import { collect } from './output.js';
import type { RunningProgram } from './spawn-program.js';

/** A command that has run to its end. */
export interface Finished {
  /** Its exit status, or 128 and the number of the signal that ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly warnings: readonly SpecIssue[];
}

export interface FinishSettings {
  /** What the command reads; nothing when left out. */
  readonly input?: string | Uint8Array | undefined;
  /** Bytes of standard output and of standard error that are kept, each; a command that writes more is killed. 16 MiB when left out. */
  readonly maxOutput?: number | undefined;
  /** Kills the command. */
  readonly signal?: AbortSignal | undefined;
}

const MAX_OUTPUT = 16 * 2 ** 20;

/** Feeds a program that has pipes for its streams, and collects what it writes, until it has ended. */
export async function finish(
  running: RunningProgram,
  { input = '', maxOutput = MAX_OUTPUT, signal }: FinishSettings,
  onEnded?: (made: boolean) => Promise<void>,
): Promise<Omit<Finished, 'warnings'>> {
  const { stdin, stdout, stderr } = running.process;
  // A command that does not read what it is given is no failure.
  stdin?.on('error', () => undefined).end(input);
  const tooMuch = new AbortController();
  const onTooMuch = (): void => tooMuch.abort(outputTooLarge(maxOutput));
  const either = signal === undefined ? tooMuch.signal : AbortSignal.any([signal, tooMuch.signal]);
  const output = Promise.all([collect(stdout, maxOutput, onTooMuch), collect(stderr, maxOutput, onTooMuch)]);
  const code = await guarded(running, running.exited, either, onEnded);
  const [out, err] = await output;
  return { code, stdout: out, stderr: err };
}
