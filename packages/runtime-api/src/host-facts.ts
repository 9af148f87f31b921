/**
 * What steps may ask about the machine while they plan. Reading it touches nothing; each fact is
 * read at most once, and only when asked for. Tests and `explain` of a foreign bundle supply their own.
 */
export interface HostFacts {
  readonly uid: number;
  readonly gid: number;
  /** Environment of the runtime's own process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Content of a small text file, or undefined when it can't be read. */
  readText(path: string): string | undefined;
  /** Absolute path of a program in the system's own folders that none but root could have put there, or undefined. */
  systemProgram(name: string): string | undefined;
  /** The Landlock ABI of the kernel, 0 when it has none. @man landlock(7) */
  landlockAbi(): number;
  /** Which of the runtime's standard streams (0, 1, 2) are terminals. */
  isTerminal(fd: 0 | 1 | 2): boolean;
}
