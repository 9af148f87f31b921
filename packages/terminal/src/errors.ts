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
