import type { Readable, Writable } from 'node:stream';
import type { SpecIssue } from '@standpipe/errors';
import { guarded } from './guard.js';
import { killChildren } from './kill-children.js';
import type { RunningProgram } from './spawn-program.js';

/** A command that runs in a container, besides the container's own. */
export class RunningCommand {
  readonly warnings: readonly SpecIssue[];
  readonly #program: RunningProgram;

  constructor(program: RunningProgram, warnings: readonly SpecIssue[]) {
    this.#program = program;
    this.warnings = warnings;
  }

  /** Its standard streams, where there is a pipe for them. Who doesn't read them before it ends has lost what they held. */
  get stdin(): Writable | undefined {
    return this.#program.process.stdin ?? undefined;
  }

  get stdout(): Readable | undefined {
    return this.#program.process.stdout ?? undefined;
  }

  get stderr(): Readable | undefined {
    return this.#program.process.stderr ?? undefined;
  }

  /** Sends it a signal. init passes on what it gets; SIGKILL, which it wouldn't get, goes to the command itself. */
  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    const { pid } = this.#program.process;
    if (signal === 'SIGKILL' && pid !== undefined) killChildren(pid);
    else this.#program.process.kill(signal);
  }

  /** Its exit status, or 128 and the number of the signal that ended it. An abort kills it. */
  async wait({ signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return guarded(this.#program, this.#program.exited, signal);
  }
}
