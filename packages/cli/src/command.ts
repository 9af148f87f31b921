/** One option of a command, in the words of yargs, so that one table serves parsing and help. */
export interface OptionSpec {
  readonly type: 'boolean' | 'string' | 'number' | 'array';
  readonly alias?: string;
  readonly describe: string;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
}

export interface CommandSpec {
  readonly name: string;
  /** Positionals as help shows them: `<container-id>`. */
  readonly positionals: readonly { readonly name: string; readonly describe: string; readonly required: boolean }[];
  /** What stands behind the first word that is no option, or behind `--`, and behind the positionals, when it is somebody else's to parse: `command`. */
  readonly rest?: string;
  readonly describe: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Loads the verb only when it is called. */
  readonly load: () => Promise<Verb>;
}

/** A parsed command line. Values are of the type that the option's spec names. */
export interface Invocation {
  readonly global: GlobalOptions;
  readonly options: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
  /** What is somebody else's to parse. */
  readonly rest: readonly string[];
}

export interface GlobalOptions {
  readonly root: string | undefined;
  readonly log: string | undefined;
  readonly logFormat: 'text' | 'json';
  readonly debug: boolean;
  readonly assembly: string | undefined;
  /** Undefined: as the config asks for it. */
  readonly cgroupManager?: 'cgroupfs' | 'systemd' | 'disabled';
}

export interface Verb {
  /** What a failure exits with, where the usual 1 could be mistaken for a command's own code. */
  readonly failureCode?: number;
  /** Returns the exit code, when it returns. */
  readonly run: (invocation: Invocation) => number | Promise<number>;
}

export function text(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true;
}

export function number(invocation: Invocation, name: string): number | undefined {
  const value = invocation.options[name];
  return typeof value === 'number' ? value : undefined;
}

export function list(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value.map(String) : [];
}
