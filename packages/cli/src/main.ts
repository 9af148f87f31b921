import { PlumbingError, renderError } from '@standpipe/errors';
import type { GlobalOptions, Verb } from './command.js';
import { parseCommandLine } from './parse.js';
import { print } from './print.js';

/** Exit code of a command line that can't be understood, and of any other failure. */
const EXIT_USAGE = 64;
const EXIT_FAILURE = 1;

/** Runs one command line; returns the exit code. `run` and `sandbox` return only when they failed: the process becomes init. */
export async function main(argv: readonly string[]): Promise<number> {
  let global: GlobalOptions | undefined;
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
    global = parsed.invocation.global;
    verb = await parsed.command.load();
    return await verb.run(parsed.invocation);
  } catch (error) {
    return report(error, global, verb?.failureCode ?? EXIT_FAILURE);
  }
}

async function report(error: unknown, global: GlobalOptions | undefined, failureCode: number): Promise<number> {
  process.stderr.write(`standpipe: ${renderError(error)}\n`);
  if (global?.debug === true && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  if (global?.log !== undefined) {
    const { appendLog } = await import('./log.js');
    appendLog(global.log, global.logFormat, error);
  }
  return PlumbingError.is(error) && error.code === 'USAGE' ? EXIT_USAGE : failureCode;
}
