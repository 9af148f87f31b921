import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ordinaryUserMappings, type OrdinaryUserMappings } from '@standpipe/namespaces';

/** What a sandbox takes over from its surroundings. */
export interface SandboxFacts {
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
  /** Undefined when it was removed. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All three standard streams are terminals. */
  readonly terminal: boolean;
  /** The path with all links followed, or undefined when there is nothing. */
  readonly realpath: (path: string) => string | undefined;
  readonly isDirectory: (path: string) => boolean;
  /** Maps root and the subordinate ids of this user. */
  readonly rootMappings: () => OrdinaryUserMappings;
}

/** The facts of this process. */
export function readSandboxFacts(): SandboxFacts {
  return {
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    // process.umask() can only be read by setting it.
    umask: Number.parseInt(/^Umask:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '022', 8),
    cwd: attempt(() => process.cwd()),
    env: process.env,
    terminal: [0, 1, 2].every((fd) => isatty(fd)),
    realpath: (path) => attempt(() => realpathSync(path)),
    isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
    rootMappings: () => ordinaryUserMappings(),
  };
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
