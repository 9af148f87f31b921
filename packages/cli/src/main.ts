import { PlumbingError } from '@standpipe/errors';
import type { GlobalOptions, Verb } from './command.js';
import { type Log, openLog } from './log.js';
import { globalsGiven, parseCommandLine } from './parse.js';
import { print } from './print.js';

/** Exit codes, as runc's: of a command that there is not, and of any other failure. */
const EXIT_UNKNOWN_COMMAND = 3;
const EXIT_FAILURE = 1;

/** Runs one command line; returns the exit code. `run` and `sandbox` return only when they failed: the process becomes init. */
export async function main(argv: readonly string[]): Promise<number> {
  let verb: Verb | undefined;
  try {
    if (argv[0] === '--get-yargs-completions') {
      const { printCompletions } = await import('./help.js');
      await printCompletions(argv);
      return 0;
    }
    const parsed = parseCommandLine(argv);
    if (parsed.kind === 'help') {
      const { helpText } = await import('./help.js');
      await print(`${await helpText(parsed.command)}\n`);
      return 0;
    }
    if (parsed.kind === 'version') {
      const { versionText } = await import('./version.js');
      await print(versionText());
      return 0;
    }
    const log = openLog(parsed.invocation.global);
    verb = await parsed.command.load();
    const code = await verb.run(parsed.invocation);
    log.debug(`${parsed.command.name} is done, with exit code ${String(code)}`);
    return code;
  } catch (error) {
    return report(error, globalsGiven(argv), verb?.failureCode ?? EXIT_FAILURE);
  }
}

function report(error: unknown, global: GlobalOptions, failureCode: number): number {
  logOf(global).error(error);
  if (!PlumbingError.is(error) || error.code !== 'USAGE') return failureCode;
  return error.details['command'] === undefined ? EXIT_FAILURE : EXIT_UNKNOWN_COMMAND;
}

/** The log itself may be what fails. */
function logOf(global: GlobalOptions): Log {
  try {
    return openLog(global);
  } catch {
    return openLog({ ...global, log: undefined });
  }
}
