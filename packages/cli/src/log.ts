import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { PlumbingError, renderError } from '@standpipe/errors';
import type { GlobalOptions } from './command.js';

/**
 * Where failures, warnings and, with `--debug`, what is planned and done are told.
 *
 * As runc's: with `--log`, all of it goes to that file, a line each, in the shape that Podman, containerd and Docker read; a failure to
 * standard error as well. Without, all of it goes to standard error: as text for a person, or in that shape with `--log-format=json`.
 */
export interface Log {
  error(error: unknown): void;
  warning(text: string): void;
  debug(text: string): void;
}

type Level = 'error' | 'warning' | 'debug';

/** @throws PlumbingError `LOG_NOT_WRITABLE`: who asks for a log reads it, so nothing is begun without it */
export function openLog({ log, logFormat, debug }: GlobalOptions): Log {
  if (log !== undefined) tryToWrite(log);
  const tell = (level: Level, text: string): void => {
    if (log !== undefined) append(log, formatLine(logFormat, level, text));
    if (log === undefined || level === 'error')
      say(log === undefined && logFormat === 'json' ? formatLine('json', level, text) : forPerson(level, text));
  };
  return {
    error(error) {
      tell('error', renderError(error));
      if (debug && error instanceof Error && error.stack !== undefined) tell('debug', error.stack);
    },
    warning: (text) => {
      tell('warning', text);
    },
    debug: (text) => {
      // Since this process began: what a start costs is seen from the lines.
      if (debug) tell('debug', `${text} (${performance.now().toFixed(1)} ms)`);
    },
  };
}

/** A line of the log. Go's logrus has these keys, and its readers know them. */
export function formatLine(format: 'text' | 'json', level: Level, msg: string, time: string = new Date().toISOString()): string {
  if (format === 'json') return `${JSON.stringify({ level, msg, time })}\n`;
  return `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(msg)}\n`;
}

function forPerson(level: Level, text: string): string {
  return level === 'error' ? `standpipe: ${text}\n` : `standpipe: ${level}: ${text}\n`;
}

/** In one write, and without the stream, which takes a millisecond to be there. Standard error may be closed, or a full pipe of nobody's. */
function say(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // There is nowhere left to tell it.
  }
}

function append(path: string, line: string): void {
  try {
    appendFileSync(path, line, { mode: 0o644 });
  } catch {
    // It could be written when the log was opened. A full disk must not hide the failure that is being told of.
  }
}

function tryToWrite(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o644));
  } catch (error) {
    throw new PlumbingError(`open the log "${path}"`, { code: 'LOG_NOT_WRITABLE', cause: error });
  }
}
