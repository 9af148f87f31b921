import { AT, S_IFDIR, S_IFMT, S_IFREG, STATX } from '@standpipe/syscalls';
import { type Buf, branch, buf, at, here, label, load, type Op, raise, type Reg, reg, statxField, sys, words } from '@standpipe/program';
import { invalid } from './errors.js';
import { type Environment, searchPath } from './env.js';
import { resetSignals } from './signals.js';

const EACCES = -13;
const ENOEXEC = -8;
const STATX_SIZE = 256;
const F_OK = 0;
const X_OK = 1;

export interface PlanExecSettings {
  readonly pointer?: string | undefined;
}

/**
 * Plans the last ops of a container: signals reset, then execve(2). A name without a slash is
 * looked up in the environment's PATH by trying each of its directories, in the container and as its user, so
 * that what was found is what runs. Comes back only by failing.
 *
 * @man execve(2)
 * @throws SpecError when there is nothing to run, or an argument holds a NUL
 */
export function planExec(args: readonly string[], env: Environment, settings: PlanExecSettings = {}): Op[] {
  const { pointer = '/process' } = settings;
  const [command] = args;
  const at0 = `${pointer}/args/0`;
  if (command === undefined || command === '') throw invalid({ pointer: command === undefined ? `${pointer}/args` : at0, message: 'there is no command to run' });
  for (const [i, arg] of args.entries()) {
    if (arg.includes('\0')) throw invalid({ pointer: `${pointer}/args/${String(i)}`, message: 'an argument contains a NUL' });
  }
  const argv = words('argv', [...args, null]);
  const envp = words('envp', [...env.entries, null]);
  return [...resetSignals(), ...(command.includes('/') ? execFile(command, argv, envp, at0) : execFromPath(command, argv, envp, env, at0))];
}

/** Runs the file of that path, and says why it can't be run. */
function execFile(path: string, argv: Buf, envp: Buf, pointer: string): Op[] {
  const result = reg('execve');
  return [
    sys('execve', [path, argv, envp], { to: result, unless: { errno: ['EACCES', 'ENOENT', 'ENOEXEC'] }, say: `exec ${path}`, pointer }),
    ...explain(path, result, pointer),
  ];
}

/** Fails for a file that execve refused with EACCES, ENOEXEC or ENOENT, in the words that runc's clients look for. */
function explain(path: string, result: Reg, pointer: string): Op[] {
  const quoted = JSON.stringify(path);
  const denied = label('denied');
  const noFormat = label('no format');
  const missing = label('missing');
  const folder = label('a directory');
  const stat = buf('statx', STATX_SIZE);
  const mode = reg('mode');
  return [
    branch(result, '==', EACCES, denied),
    branch(result, '==', ENOEXEC, noFormat),
    // The file is there, so what is missing is its interpreter or loader.
    sys('faccessat', [AT.FDCWD, path, F_OK], { unless: { errno: 'any', goto: missing } }),
    raise(`exec ${path}: no such file or directory`, { pointer }),
    here(missing),
    raise(`exec: ${quoted}: stat ${path}: no such file or directory`, { pointer }),
    here(noFormat),
    raise(`exec ${path}: exec format error`, { pointer }),
    here(denied),
    sys('statx', [AT.FDCWD, path, 0, STATX.TYPE, stat], { unless: { errno: 'any' } }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    branch(mode, '==', S_IFDIR, folder, S_IFMT),
    raise(`exec: ${quoted}: permission denied`, { pointer }),
    here(folder),
    raise(`exec: ${quoted}: is a directory`, { pointer }),
  ];
}

/**
 * Tries the directories of PATH in turn, as execvp(3) does. What is there and not executable counts
 * as not found, as in runc. When nothing ran, a second look finds the one that is executable but for
 * its interpreter.
 */
function execFromPath(name: string, argv: Buf, envp: Buf, env: Environment, pointer: string): Op[] {
  const result = reg('execve');
  const tries: Op[] = [];
  const looks: Op[] = [];
  for (const directory of searchPath(env)) {
    const path = `${directory === '' ? '.' : directory.replace(/\/+$/, '')}/${name}`;
    const noFormat = label(`no format ${path}`);
    const notThis = label(`not ${path}`);
    const stat = buf('statx', STATX_SIZE);
    const mode = reg('mode');
    tries.push(
      sys('execve', [path, argv, envp], { to: result, unless: { errno: ['ENOENT', 'ENOTDIR', 'EACCES', 'ENOEXEC'] }, say: `exec ${path}`, pointer }),
      branch(result, '==', ENOEXEC, noFormat),
    );
    looks.push(
      sys('faccessat', [AT.FDCWD, path, X_OK], { unless: { errno: 'any', goto: notThis } }),
      sys('statx', [AT.FDCWD, path, 0, STATX.TYPE, stat], { unless: { errno: 'any', goto: notThis } }),
      load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
      branch(mode, '!=', S_IFREG, notThis, S_IFMT),
      raise(`exec ${path}: no such file or directory`, { pointer }),
      here(noFormat),
      raise(`exec ${path}: exec format error`, { pointer }),
      here(notThis),
    );
  }
  return [...tries, ...looks, raise(`exec: ${JSON.stringify(name)}: executable file not found in $PATH`, { pointer })];
}
