import { PlumbingError } from '@standpipe/errors';

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
