import { PlumbingError } from '@standpipe/errors';
import type { CommandSpec, GlobalOptions, Invocation, OptionSpec } from './command.js';
import { commands, globalOptions } from './commands.js';

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: 'run'; readonly command: CommandSpec; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly command: CommandSpec | undefined }
  | { readonly kind: 'version' };

/**
 * Parses a command line as runc takes it: global options before the verb, its own in any order behind it.
 *
 * @throws PlumbingError `USAGE`
 */
export function parseCommandLine(argv: readonly string[]): Parsed {
  const head = parse(argv, globalOptions, undefined, true);
  if (head.values['version'] === true) return { kind: 'version' };
  const [name, ...rest] = head.words;
  if (name === undefined || name === 'help') {
    return { kind: 'help', command: commands.find((command) => command.name === rest[0]) };
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  if (head.values['help'] === true) return { kind: 'help', command };

  const { values, words } = parse(rest, command.options, command.name, command.rest !== undefined);
  if (values['help'] === true) return { kind: 'help', command };
  const given = command.rest === undefined ? words : words.slice(0, command.positionals.length);
  const required = command.positionals.filter((positional) => positional.required).length;
  if (given.length < required) {
    const missing = command.positionals[given.length]?.name ?? '';
    throw usage(`standpipe ${command.name} needs a ${missing}`, `see standpipe ${command.name} --help`);
  }
  if (given.length > command.positionals.length) {
    throw usage(
      `standpipe ${command.name} does not know what to do with "${given[command.positionals.length] ?? ''}"`,
      `see standpipe ${command.name} --help`,
    );
  }
  return {
    kind: 'run',
    command,
    invocation: {
      global: globalsOf(head.values),
      options: values,
      positionals: given,
      rest: words.slice(given.length),
    },
  };
}

/** The global options of a line that is wrong otherwise: what is wrong is to be logged. Usual ones, where they are wrong themselves. */
export function globalsGiven(argv: readonly string[]): GlobalOptions {
  try {
    return globalsOf(parse(argv, globalOptions, undefined, true).values);
  } catch {
    return globalsOf({});
  }
}

function globalsOf(values: Readonly<Record<string, unknown>>): GlobalOptions {
  const string = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  return {
    root: string('root'),
    log: string('log'),
    logFormat: values['log-format'] === 'json' ? 'json' : 'text',
    debug: values['debug'] === true,
    assembly: string('assembly'),
    ...cgroupManagerOf(values),
  };
}

/** crun's option has more to say than runc's. */
function cgroupManagerOf(values: Readonly<Record<string, unknown>>): Pick<GlobalOptions, 'cgroupManager'> {
  const manager = values['cgroup-manager'];
  if (manager === 'cgroupfs' || manager === 'systemd' || manager === 'disabled') return { cgroupManager: manager };
  return values['systemd-cgroup'] === true ? { cgroupManager: 'systemd' } : {};
}

interface Words {
  readonly values: Readonly<Record<string, unknown>>;
  /** Words that are no options, or all from the first of them on. */
  readonly words: readonly string[];
}

const always: Readonly<Record<string, OptionSpec>> = { help: { type: 'boolean', alias: 'h', describe: 'show help' } };
const first: Readonly<Record<string, OptionSpec>> = { version: { type: 'boolean', alias: 'v', describe: 'show versions' } };

/**
 * Reads options as Go's flag packages do, which runc's clients count on: one dash or two, a value behind `=` or in the next word
 * whatever that begins with, and a boolean's only behind `=`. Of an option that is said twice the last one counts.
 *
 * With `halt`, the first word that is no option ends them; `--` always does.
 */
function parse(argv: readonly string[], options: Readonly<Record<string, OptionSpec>>, command: string | undefined, halt: boolean): Words {
  const known = { ...options, ...always, ...(command === undefined ? first : {}) };
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(known)) if (option.default !== undefined) values[name] = option.default;
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') return { values, words: [...words, ...argv.slice(i + 1)] };
    if (word === '-' || !word.startsWith('-')) {
      if (halt) return { values, words: argv.slice(i) };
      words.push(word);
      continue;
    }
    const { names, given } = optionsOf(word, known);
    if (names.length === 0) {
      const verb = command === undefined ? 'standpipe' : `standpipe ${command}`;
      throw usage(`${verb} has no option ${word}`, `see ${verb} --help`);
    }
    for (const name of names) {
      const option = known[name];
      if (option === undefined) continue;
      const value = option.type === 'boolean' ? truth(name, given ?? 'true') : checked(name, option, given ?? argv[++i]);
      values[name] = option.type === 'array' ? [...((values[name] as readonly unknown[] | undefined) ?? []), value] : value;
    }
  }
  return { values, words };
}

/** The options that a word names: one, or several booleans by their letters, as `-df`; none, where one is not known. */
function optionsOf(
  word: string,
  known: Readonly<Record<string, OptionSpec>>,
): { readonly names: readonly string[]; readonly given: string | undefined } {
  const [, name = '', given] = /^--?([^=-][^=]*)(?:=([^]*))?$/.exec(word) ?? [];
  const find = (wanted: string): string | undefined =>
    Object.hasOwn(known, wanted) ? wanted : Object.keys(known).find((long) => known[long]?.alias === wanted);
  const one = find(name);
  if (one !== undefined) return { names: [one], given };
  const letters = word.startsWith('--')
    ? []
    : name.split('').map((letter) => Object.keys(known).find((long) => known[long]?.alias === letter));
  const grouped = letters.filter((long) => long !== undefined && known[long]?.type === 'boolean') as string[];
  return { names: grouped.length === letters.length && given === undefined ? grouped : [], given };
}

/** What strconv.ParseBool takes. */
function truth(name: string, value: string): boolean {
  if (/^(1|t|T|true|True|TRUE)$/.test(value)) return true;
  if (/^(0|f|F|false|False|FALSE)$/.test(value)) return false;
  throw usage(`--${name} is true or false, not "${value}"`);
}

function checked(name: string, option: OptionSpec, value: string | undefined): string | number {
  if (value === undefined) throw usage(`--${name} takes a value`);
  if (option.type === 'number') {
    if (!/^\d{1,9}$/.test(value)) throw usage(`--${name} takes a whole number, not "${value}"`);
    return Number(value);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    throw usage(`--${name} takes one of ${option.choices.join(', ')}, not "${value}"`);
  }
  return value;
}

function unknownCommand(name: string): PlumbingError {
  const hint = `commands are ${commands.map((known) => known.name).join(', ')}`;
  return new PlumbingError(`there is no command "${name}"`, { code: 'USAGE', hint, details: { command: name } });
}

export function usage(message: string, hint?: string): PlumbingError {
  return new PlumbingError(message, { code: 'USAGE', hint });
}
