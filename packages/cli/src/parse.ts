import { PlumbingError } from '@standpipe/errors';
import parser from 'yargs-parser';
import type { CommandSpec, GlobalOptions, Invocation, OptionSpec } from './command.js';
import { commands, globalOptions } from './commands.js';

/** What a command line asks for. */
export type Parsed =
  | { readonly kind: 'run'; readonly command: CommandSpec; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly command: CommandSpec | undefined }
  | { readonly kind: 'version' };

/**
 * Parses a command line as runc takes it: global options before the verb, options in any order
 * behind it, `--flag=value`, `--flag value`, `-flag` with one dash, booleans more than once.
 *
 * @throws PlumbingError `USAGE`
 */
export function parseCommandLine(argv: readonly string[]): Parsed {
  const head = parse(argv, globalOptions, undefined, true);
  if (head.values['version'] === true) return { kind: 'version' };
  const [name, ...rest] = head.rest;
  if (name === undefined || name === 'help') {
    return { kind: 'help', command: commands.find((command) => command.name === rest[0]) };
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw usage(`there is no command "${name}"`, `commands are ${commands.map((known) => known.name).join(', ')}`);
  if (head.values['help'] === true) return { kind: 'help', command };

  const { values, rest: words, behind } = parse(rest, command.options, command.name, command.rest !== undefined);
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
      rest: [...words.slice(given.length), ...behind],
    },
  };
}

function globalsOf(values: Readonly<Record<string, unknown>>): GlobalOptions {
  const string = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  return {
    root: string('root'),
    log: string('log'),
    logFormat: values['log-format'] === 'json' ? 'json' : 'text',
    debug: values['debug'] === true,
    assembly: string('assembly'),
  };
}

interface Words {
  readonly values: Readonly<Record<string, unknown>>;
  readonly rest: readonly string[];
  readonly behind: readonly string[];
}

/** Parses options; with `halt`, only up to the first word that is none. */
function parse(argv: readonly string[], options: Readonly<Record<string, OptionSpec>>, command: string | undefined, halt: boolean): Words {
  const all: Record<string, OptionSpec> = {
    ...options,
    help: { type: 'boolean', alias: 'h', describe: 'show help' },
    ...(command === undefined ? { version: { type: 'boolean', alias: 'v', describe: 'show versions' } } : {}),
  };
  const names = Object.keys(all);
  const ofType = (type: OptionSpec['type']): string[] => names.filter((name) => all[name]?.type === type);
  const result = parser.detailed(
    withLoneDashes(
      argv.map((word) => lengthen(word, names)),
      [...ofType('string'), ...ofType('array')],
    ),
    {
      boolean: ofType('boolean'),
      string: [...ofType('string'), ...ofType('number')],
      array: ofType('array').map((key) => ({ key, string: true as const })),
      alias: Object.fromEntries(names.flatMap((name) => (all[name]?.alias === undefined ? [] : [[name, all[name].alias]]))),
      default: Object.fromEntries(names.flatMap((name) => (all[name]?.default === undefined ? [] : [[name, all[name].default]]))),
      configuration: {
        'boolean-negation': false,
        'camel-case-expansion': false,
        'dot-notation': false,
        'duplicate-arguments-array': true,
        'greedy-arrays': false,
        'parse-numbers': false,
        'parse-positional-numbers': false,
        'short-option-groups': true,
        'strip-aliased': true,
        'populate--': !halt,
        'unknown-options-as-args': true,
        'halt-at-non-option': halt,
      },
    },
  );
  if (result.error !== null) throw usage(result.error.message);
  const { _: positional, '--': behind = [], ...found } = result.argv;
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(found)) {
    const option = all[name];
    // Said twice, the last one counts.
    if (option !== undefined) values[name] = checked(name, option, option.type !== 'array' && Array.isArray(value) ? value.at(-1) : value);
  }
  // Where it halted, the parser has put everything behind.
  const rest = [...positional, ...(halt ? behind : [])].map(String);
  const verb = command === undefined ? 'standpipe' : `standpipe ${command}`;
  const unknown = halt ? rest[0] : rest.find((word) => word.startsWith('-') && word !== '-');
  if (unknown?.startsWith('-') === true && unknown !== '-') throw usage(`${verb} has no option ${unknown}`, `see ${verb} --help`);
  return { values, rest, behind: halt ? [] : behind.map(String) };
}

/** `-bundle` is `--bundle`: Go's flag packages take both, and clients use both. */
function lengthen(word: string, names: readonly string[]): string {
  const match = /^-([a-z][a-z-]+)(=.*)?$/.exec(word);
  return match?.[1] !== undefined && names.includes(match[1]) ? `-${word}` : word;
}

/** `--resources -` is `--resources=-`: the parser takes a dash for no value. */
function withLoneDashes(argv: readonly string[], names: readonly string[]): string[] {
  const takes = (word: string | undefined): boolean => word?.startsWith('--') === true && names.includes(word.slice(2));
  return argv.flatMap((word, i) => {
    if (word === '-' && takes(argv[i - 1])) return [];
    return takes(word) && argv[i + 1] === '-' ? [`${word}=-`] : [word];
  });
}

function checked(name: string, option: OptionSpec, value: unknown): unknown {
  if (option.type === 'number') {
    const number = Number(value);
    if (!Number.isInteger(number) || number < 0) throw usage(`--${name} takes a whole number, not "${String(value)}"`);
    return number;
  }
  if (option.type === 'string' && typeof value !== 'string') throw usage(`--${name} takes a value`);
  if (option.choices !== undefined && !option.choices.includes(String(value))) {
    throw usage(`--${name} takes one of ${option.choices.join(', ')}, not "${String(value)}"`);
  }
  return value;
}

export function usage(message: string, hint?: string): PlumbingError {
  return new PlumbingError(message, { code: 'USAGE', hint });
}
