import { AT, errnoNumber, S_IFDIR, S_IFMT, S_IFREG, STATX } from '@standpipe/syscalls';
import {
  at,
  type Buf,
  branch,
  buf,
  compute,
  here,
  jump,
  type Label,
  label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  resetSignals,
  statxField,
  sys,
  words,
} from '@standpipe/program';
import { invalid } from './errors.js';
import { type Environment, searchPath } from './env.js';

const EACCES = errnoNumber('EACCES') ?? 0;
const EISDIR = errnoNumber('EISDIR') ?? 0;
const ENOENT = errnoNumber('ENOENT') ?? 0;
const STATX_SIZE = 256;
const PATH_MAX = 4096;
const NAME_MAX = 255;
const F_OK = 0;
const X_OK = 1;

export interface PlanExecSettings {
  /** Where `process` lies in the config: `/process` when left out. */
  readonly pointer?: string | undefined;
  /** Signals are as the command should find them, by `planHandOver`. */
  readonly keepSignals?: boolean | undefined;
}

/**
 * Plans the last ops of a container: signals reset, then execve(2). A name without a slash is
 * looked up in the environment's PATH by trying each of its directories, in the container and as its user, so
 * that what was found is what runs. Comes back only by failing, in the words that clients of runc look for.
 *
 * @man execve(2)
 * @throws SpecError when there is nothing to run, or an argument holds a NUL
 */
export function planExec(args: readonly string[], env: Environment, settings: PlanExecSettings = {}): Op[] {
  const { command, at0 } = checkArgs(args, settings);
  const argv = words('argv', [...args, null]);
  const envp = words('envp', [...env.entries, null]);
  return [
    ...(settings.keepSignals === true ? [] : resetSignals()),
    ...(command.includes('/') ? execFile(command, argv, envp, at0) : execFromPath(command, argv, envp, env, at0)),
  ];
}

/**
 * Plans a look at the command, as the user that it will run as: fails as `planExec` would where there is nothing
 * to execute. For a container that is created now and started later, so that `create` tells of it.
 *
 * @throws SpecError as `planExec` does
 */
export function planFindCommand(args: readonly string[], env: Environment, settings: PlanExecSettings = {}): Op[] {
  const { command, at0 } = checkArgs(args, settings);
  const found = label('command found');
  const candidates = command.includes('/') ? [command] : candidatesOf(command, env);
  return [
    ...candidates.flatMap((path) => {
      const notThis = label(`not ${path}`);
      const relative = !command.includes('/') && !path.startsWith('/');
      return [...unlessExecutable(path, notThis), ...(relative ? [raiseRelative(command, at0)] : [jump(found)]), here(notThis)];
    }),
    ...(command.includes('/') ? explainFile(command, at0) : [raiseNotFound(command, at0)]),
    here(found),
  ];
}

function checkArgs(args: readonly string[], { pointer = '/process' }: PlanExecSettings): { command: string; at0: string } {
  const [command] = args;
  const at0 = `${pointer}/args/0`;
  if (command === undefined || command === '')
    throw invalid({ pointer: command === undefined ? `${pointer}/args` : at0, message: 'there is no command to run' });
  for (const [i, arg] of args.entries()) {
    if (arg.includes('\0')) throw invalid({ pointer: `${pointer}/args/${String(i)}`, message: 'an argument contains a NUL' });
  }
  return { command, at0 };
}

/** Runs the file of that path, and says why it can't be run. */
function execFile(path: string, argv: Buf, envp: Buf, pointer: string): Op[] {
  const result = reg('execve');
  const missing = label('missing');
  return [
    sys('execve', [path, argv, envp], { to: result, unless: { errno: ['EACCES', 'ENOENT'] }, say: `exec ${path}`, pointer }),
    branch(result, '==', -EACCES, missing),
    // The file is there, so what is missing is its interpreter or loader.
    sys('faccessat', [AT.FDCWD, path, F_OK], { unless: { errno: 'any', goto: missing } }),
    raise(`exec ${path}`, { errno: ENOENT, pointer }),
    here(missing),
    ...explainFile(path, pointer),
  ];
}

/** Fails with why a file that can't be executed can't: it is missing, a directory, or may not be. */
function explainFile(path: string, pointer: string): Op[] {
  const quoted = JSON.stringify(path);
  const [missing, folder] = [label('missing'), label('a directory')];
  const stat = buf('statx', STATX_SIZE);
  const mode = reg('mode');
  return [
    sys('faccessat', [AT.FDCWD, path, F_OK], { unless: { errno: ['ENOENT', 'ENOTDIR'], goto: missing }, say: `exec: ${quoted}`, pointer }),
    sys('statx', [AT.FDCWD, path, 0, STATX.TYPE, stat], { unless: { errno: 'any' } }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    branch(mode, '==', S_IFDIR, folder, S_IFMT),
    raise(`exec: ${quoted}`, { errno: EACCES, pointer }),
    here(missing),
    raise(`exec: ${quoted}: stat ${path}`, { errno: ENOENT, pointer }),
    here(folder),
    raise(`exec: ${quoted}`, { errno: EISDIR, pointer }),
  ];
}

/**
 * Tries the directories of PATH in turn, as execvp(3) does. Like runc it takes what is there and not
 * executable as not found, and never runs what lies in a relative directory: which file that is
 * would be up to whoever may write to the working directory. When nothing ran, a second look finds the file that
 * could be executed but for its interpreter.
 */
function execFromPath(name: string, argv: Buf, envp: Buf, env: Environment, pointer: string): Op[] {
  const tries: Op[] = [];
  const looks: Op[] = [];
  for (const path of candidatesOf(name, env)) {
    const notThis = label(`not ${path}`);
    if (!path.startsWith('/')) {
      tries.push(...unlessExecutable(path, notThis), raiseRelative(name, pointer), here(notThis));
      continue;
    }
    const result = reg('execve');
    const errno = reg('errno');
    tries.push(
      sys('execve', [path, argv, envp], {
        to: result,
        unless: { errno: ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'] },
        say: `exec ${path}`,
        pointer,
      }),
    );
    looks.push(
      ...unlessExecutable(path, notThis),
      compute(errno, 0, '-', result),
      raise(`exec ${path}`, { errno, pointer }),
      here(notThis),
    );
  }
  return [...tries, ...looks, raiseNotFound(name, pointer)];
}

/** Where a command of that name may lie, in the order of PATH. */
function candidatesOf(name: string, env: Environment): string[] {
  if (Buffer.byteLength(name) > NAME_MAX) return [];
  return searchPath(env)
    .map((directory) => `${directory === '' ? '.' : directory.replace(/\/+$/, '')}/${name}`)
    .filter((path) => Buffer.byteLength(path) < PATH_MAX);
}

const raiseNotFound = (name: string, pointer: string): Op =>
  raise(`exec: ${JSON.stringify(name)}: executable file not found in $PATH`, { pointer });

const raiseRelative = (name: string, pointer: string): Op =>
  raise(`exec: ${JSON.stringify(name)}: cannot run executable found relative to current directory`, { pointer });

/** Goes to `otherwise` unless there is a regular file that we may execute. */
function unlessExecutable(path: string, otherwise: Label): Op[] {
  const stat = buf('statx', STATX_SIZE);
  const mode: Reg = reg('mode');
  return [
    sys('faccessat', [AT.FDCWD, path, X_OK], { unless: { errno: 'any', goto: otherwise } }),
    sys('statx', [AT.FDCWD, path, 0, STATX.TYPE, stat], { unless: { errno: 'any', goto: otherwise } }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    branch(mode, '!=', S_IFREG, otherwise, S_IFMT),
  ];
}
