import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment; the default is this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads; without it, an empty pipe. */
  readonly input?: string;
  /** After which the command is killed; default 30,000. */
  readonly timeoutMs?: number;
}

/** What a command did. */
export interface Ran {
  /** Its exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end and tells what it did; rejects only when it can't be started. */
export async function run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env, input, timeoutMs = 30_000 } = options;
  const child = spawn(command, args, { cwd, env, timeout: timeoutMs, killSignal: 'SIGKILL', stdio: 'pipe' });
  const ended = new Promise<Pick<Ran, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  // A command that doesn't read its input closes it: no fault of the test.
  child.stdin.on('error', () => undefined).end(input);
  const [{ code, signal }, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, signal, stdout, stderr };
}

/**
 * The command that runs `command` as uid and gid 1000 with no other groups, for {@link run}. Nobody needs to have that uid.
 *
 *     await run(...asOrdinaryUser('standpipe', ['sandbox', '--', 'id', '-u']));
 *
 * @man setpriv(1)
 */
export function asOrdinaryUser(command: string, args: readonly string[] = []): [command: string, args: string[]] {
  return ['setpriv', ['--reuid=1000', '--regid=1000', '--clear-groups', '--', command, ...args]];
}
