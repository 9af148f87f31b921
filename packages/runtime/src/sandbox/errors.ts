import { PlumbingError } from '@standpipe/errors';

export function nothingToBind(path: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(path)} can't be written to in the sandbox: there is no such file or directory`, {
    code: 'SANDBOX_PATH',
  });
}

export function bindsEverything(): PlumbingError {
  return new PlumbingError('a sandbox that may write to "/" is none', {
    code: 'SANDBOX_PATH',
    hint: 'name the directories that are to be written to',
  });
}

export function cwdHidden(path: string, folder: string): PlumbingError {
  return new PlumbingError(`the working directory ${JSON.stringify(path)} is not in the sandbox, which has a ${folder} of its own`, {
    code: 'SANDBOX_CWD',
    hint: 'name another one with --cwd, or let it in with --rw',
  });
}

export function cwdRemoved(): PlumbingError {
  return new PlumbingError('the working directory was removed', { code: 'SANDBOX_CWD', hint: 'name another one with --cwd' });
}

export function noSuchCwd(path: string): PlumbingError {
  return new PlumbingError(`there is no directory ${JSON.stringify(path)} to work in`, { code: 'SANDBOX_CWD' });
}
