/** What a sandbox is asked for; the command line's options, in words. */
export interface SandboxOptions {
  /** The user's shell when left empty. */
  readonly command: readonly string[];
  /** Shares the host's network; else there is loopback alone. */
  readonly net?: boolean | undefined;
  /** Paths of the host that may really be written to. Relative ones begin at the working directory outside. */
  readonly rw?: readonly string[] | undefined;
  /** The one outside when left out. */
  readonly cwd?: string | undefined;
  /** `NAME=VALUE`, or `NAME` for the value outside. */
  readonly env?: readonly string[] | undefined;
  /** `sandbox` when left out. */
  readonly hostname?: string | undefined;
  /** An ordinary user is root inside, with the subordinate ids that /etc/subuid and /etc/subgid give. */
  readonly asRoot?: boolean | undefined;
  /** Names of capabilities, with or without `CAP_`, also several with commas in between. None when left empty. */
  readonly capabilities?: readonly string[] | undefined;
}
