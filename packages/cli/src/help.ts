import yargs from 'yargs';
import type { CommandSpec, OptionSpec } from './command.js';
import { commands, globalOptions } from './commands.js';

/** The help of standpipe, or of one of its commands. */
export async function helpText(command?: CommandSpec): Promise<string> {
  return parserFor(command).getHelp();
}

/** A completion script for the shell that SHELL names: bash or zsh. */
export function printCompletionScript(): void {
  parserFor(undefined).showCompletionScript();
}

/** The words that could come next, one a line: what the completion script asks for. */
export async function printCompletions(argv: readonly string[]): Promise<void> {
  await parserFor(undefined).parseAsync([...argv]);
}

type Parser = ReturnType<typeof yargs>;

function parserFor(command: CommandSpec | undefined): Parser {
  const parser = yargs([])
    .scriptName('standpipe')
    .help(false)
    .version(false)
    .wrap(Math.min(110, process.stdout.columns || 110));
  if (command === undefined) {
    parser.usage('$0 [global options] COMMAND [options]\n\nAn OCI runtime that compiles a container to a program of system calls.');
    for (const known of commands) {
      parser.command(
        signature(known),
        known.describe,
        (sub) => withOptions(sub, known.options),
        () => undefined,
      );
    }
    return withOptions(parser, globalOptions).completion('completion', false).epilogue('standpipe COMMAND --help tells more of a command.');
  }
  parser.usage(`$0 ${signature(command)}\n\n${command.describe}`);
  for (const positional of command.positionals) parser.positional(positional.name, { type: 'string', describe: positional.describe });
  return withOptions(parser, command.options);
}

function signature(command: CommandSpec): string {
  const words = command.positionals.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`));
  return [command.name, ...words, ...(command.rest === undefined ? [] : [`[${command.rest}..]`])].join(' ');
}

function withOptions(parser: Parser, options: Readonly<Record<string, OptionSpec>>): Parser {
  for (const [name, option] of Object.entries(options)) {
    parser.option(name, {
      describe: option.describe,
      ...(option.type === 'array' ? { type: 'string', array: true } : { type: option.type }),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
      ...(option.default === undefined ? {} : { default: option.default }),
      ...(option.choices === undefined ? {} : { choices: option.choices }),
    });
  }
  return parser;
}
