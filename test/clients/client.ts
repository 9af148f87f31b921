/** One thing that a client is asked for. */
export interface Step {
  readonly name: string;
  /** For /bin/sh, with the client's words on PATH, and `await` and `terminal` of words.ts. What it prints is compared. */
  readonly script: string;
  /**
   * Standard error must match this, over each runtime: for what fails, where the words are the runtime's own.
   * Without it, standard error is compared like standard output.
   */
  readonly complains?: RegExp;
}

/** A program that drives an OCI runtime, and what it is asked for. */
export interface Client {
  readonly name: string;
  /** Programs that must be installed. */
  readonly needs: readonly string[];
  /** The same for what is on nobody's PATH, with Debian's package for it. */
  readonly needsFiles?: readonly { readonly path: string; readonly debian: string }[];
  /** Prints its version. */
  readonly version: string;
  /** The client is run by an ordinary user: its uid and gid. */
  readonly uid?: number;
  /** Prepares the client, and starts its daemons in the background. */
  readonly prepare: string;
  readonly steps: readonly Step[];
}

/** A runtime as clients know it: by a name and a path. */
export interface Runtime {
  readonly name: string;
  /** The words that start it. */
  readonly command: readonly string[];
}

/** What a step did. */
export interface Outcome {
  readonly step: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

export function step(name: string, script: string, complains?: RegExp): Step {
  return complains === undefined ? { name, script } : { name, script, complains };
}
