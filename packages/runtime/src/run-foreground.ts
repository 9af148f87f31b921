import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { becomeProgram, executableOf, sealedExecutable } from '@standpipe/program';
import { openPort, syscallNumber } from '@standpipe/syscalls';
import { CallbackSocket } from './callback-socket.js';
import type { CreateProgram } from './create-program.js';
import { callbackFailed } from './errors.js';

/**
 * Runs a create program on this process's standard streams.
 *
 * Without callbacks this process becomes standpipe-init, so no JavaScript stays behind, and the call
 * never returns. With callbacks init is a child; the promise is its exit code.
 */
export async function runForeground(made: CreateProgram): Promise<number> {
  if (made.callbacks.length === 0) becomeProgram(made.program);
  const port = openPort();
  const fd = sealedExecutable(port, executableOf(made.program));
  try {
    const child = spawn(`/proc/self/fd/${String(fd)}`, [], { argv0: 'standpipe-init', stdio: ['inherit', 'inherit', 'inherit', 'pipe'], env: {} });
    const callbacks = new CallbackSocket(child.stdio[3] as Socket, made.callbacks);
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of forwarded) process.on(signal, forward);
    try {
      const code = await new Promise<number>((resolve, reject) => {
        child.on('error', reject);
        child.on('exit', (status, signal) => resolve(status ?? (signal === null ? 1 : 128)));
      });
      if (callbacks.thrown !== undefined) throw callbackFailed(callbacks.thrown.callback.origin, callbacks.thrown.error);
      return code;
    } finally {
      for (const signal of forwarded) process.off(signal, forward);
    }
  } finally {
    port.syscall(syscallNumber('close'), fd);
  }
}

/** What a person or a supervisor sends to a foreground command. */
const forwarded = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const satisfies readonly NodeJS.Signals[];
