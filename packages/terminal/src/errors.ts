import { PlumbingError, SpecError } from '@standpipe/errors';

export function socketPathTooLong(path: string): PlumbingError {
  return new PlumbingError(`the path of the console socket is too long: ${JSON.stringify(path)}`, {
    code: 'CONSOLE_SOCKET_INVALID',
    hint: 'a socket path has at most 107 bytes; use a shorter one',
  });
}

export function badConsoleSize(pointer: string, field: string, value: number): SpecError {
  const message = `the console's ${field} is ${String(value)}`;
  return new SpecError(message, { issues: [{ pointer: `${pointer}/${field}`, message, expected: 'a whole number from 0 to 65535' }] });
}

export function consoleSocketMissing(): PlumbingError {
  return new PlumbingError('a detached container with a terminal needs a console socket to send the terminal to', {
    code: 'CONSOLE_SOCKET_NEEDED',
    hint: 'give --console-socket, or set process.terminal to false',
  });
}

export function consoleSocketUnused(): PlumbingError {
  return new PlumbingError('there is a console socket, but the container has no terminal', {
    code: 'CONSOLE_SOCKET_UNUSED',
    hint: 'set process.terminal to true, or leave --console-socket out',
  });
}
