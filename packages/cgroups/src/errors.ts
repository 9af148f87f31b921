import { NotSupportedError, PlumbingError, SafetyError, SpecError, SyscallError } from '@standpipe/errors';
import { errnoName, errnoText } from '@standpipe/syscalls';

export function invalidCgroupPath(path: string, why: string): PlumbingError {
  return new PlumbingError(`invalid cgroup path ${JSON.stringify(path)}: ${why}`, { code: 'CGROUP_PATH_INVALID', details: { path } });
}

export function notCgroupfs(path: string): SafetyError {
  return new SafetyError(`${JSON.stringify(path)} is not on a cgroup filesystem`, {
    invariant: 'what is written as a limit goes to the kernel, not to some file',
    details: { path },
  });
}

export function unknownCgroup(path: string): PlumbingError {
  return new PlumbingError(`cgroup ${JSON.stringify(path)} does not exist`, { code: 'CGROUP_UNKNOWN', details: { path } });
}

export function cgroupExists(path: string): PlumbingError {
  return new PlumbingError(`cgroup ${JSON.stringify(path)} exists already`, {
    code: 'CGROUP_EXISTS',
    hint: 'open it, or choose another name',
    details: { path },
  });
}

export function noHierarchies(): NotSupportedError {
  return new NotSupportedError('no cgroup hierarchy is mounted', { feature: 'cgroups' });
}

export function controllerMissing(controller: string, path: string): NotSupportedError {
  return new NotSupportedError(`cgroup ${JSON.stringify(path)} has no ${controller} controller`, {
    feature: `the ${controller} controller`,
    hint: 'it is neither mounted as a v1 hierarchy nor listed in the cgroup.controllers of v2',
  });
}

export function noFreezer(path: string): NotSupportedError {
  return new NotSupportedError(
    `cgroup ${JSON.stringify(path)} can't be frozen: it is in no v1 freezer hierarchy, and cgroup.freeze is missing`,
    {
      feature: 'freezing',
      neededKernel: '5.2',
    },
  );
}

/** To freeze or kill a whole hierarchy would be the end of the machine. */
export function wholeHierarchy(path: string, attempt: string): SafetyError {
  return new SafetyError(`${attempt} the root cgroup ${JSON.stringify(path)}`, {
    invariant: 'the root of a hierarchy holds the whole machine, and is left alone',
  });
}

export function holdsCaller(path: string, attempt: string): SafetyError {
  return new SafetyError(`${attempt} cgroup ${JSON.stringify(path)}, which this process is in`, {
    invariant: 'nobody freezes or kills itself by mistake',
  });
}

export function frozenAbove(path: string): PlumbingError {
  return new PlumbingError(`thaw cgroup ${JSON.stringify(path)}: a cgroup above it is frozen`, { code: 'CGROUP_FROZEN_ABOVE' });
}

export function stateTimedOut(path: string, attempt: 'freeze' | 'thaw', timeoutMs: number): PlumbingError {
  return new PlumbingError(`${attempt} cgroup ${JSON.stringify(path)}: not done within ${String(timeoutMs)} ms`, {
    code: attempt === 'freeze' ? 'CGROUP_FREEZE_TIMEOUT' : 'CGROUP_THAW_TIMEOUT',
  });
}

export function outlivedKill(path: string, pids: readonly number[]): PlumbingError {
  return new PlumbingError(`kill cgroup ${JSON.stringify(path)}: ${processes(pids)} still there`, {
    code: 'CGROUP_KILL_TIMEOUT',
    hint: 'a process in uninterruptible sleep ends when the kernel lets it go; /proc/PID/stack tells where it waits',
    details: { pids },
  });
}

export function cgroupBusy(path: string, pids: readonly number[]): PlumbingError {
  return new PlumbingError(`remove cgroup ${JSON.stringify(path)}: ${pids.length === 0 ? 'it is in use' : `${processes(pids)} in it`}`, {
    code: 'CGROUP_BUSY',
    hint: 'kill what is in it first',
    details: { pids },
  });
}

/** Another error that Node's own file functions gave, said with what was attempted. */
export function fileFailed(error: unknown, attempt: string, path: string): unknown {
  const failed = systemError(error);
  return failed === undefined
    ? error
    : new SyscallError(`${attempt}: ${failed.syscall} ${JSON.stringify(path)} = ${failed.code} (${errnoText(failed.errno)})`, {
        ...failed,
        path,
        cause: error,
      });
}

export interface FailedWrite {
  readonly path: string;
  readonly value: string;
  /** Where the config asked for it. */
  readonly pointer?: string | undefined;
  /** What the errno means here, in words. */
  readonly explanation?: string | undefined;
  /** Writes that are in effect, since they could not be taken back. */
  readonly inEffect?: readonly { readonly path: string; readonly value: string }[];
}

export function writeFailed(error: unknown, { path, value, pointer, explanation, inEffect = [] }: FailedWrite): unknown {
  const failed = systemError(error);
  if (failed === undefined) return error;
  const why = explanation === undefined ? '' : `: ${explanation}`;
  const left = inEffect.map(
    (one) => `; ${JSON.stringify(one.value)} in ${JSON.stringify(one.path)} took effect, and could not be taken back`,
  );
  return new SyscallError(
    `write ${JSON.stringify(value)} to ${JSON.stringify(path)}: ${failed.code} (${errnoText(failed.errno)})${why}${left.join('')}`,
    { ...failed, path, cause: error, details: { value, ...(pointer === undefined ? {} : { pointer }), inEffect } },
  );
}

/** A limit below the use, refused before it is written: on v2 the kernel would take it, and kill. */
export function belowUse(path: string, value: string, usage: string, pointer: string): PlumbingError {
  return new PlumbingError(`write ${JSON.stringify(value)} to ${JSON.stringify(path)}: ${usage} bytes are in use now`, {
    code: 'CGROUP_LIMIT_BELOW_USE',
    details: { path, value, usage, pointer },
  });
}

function systemError(error: unknown): { code: string; errno: number; syscall: string } | undefined {
  if (!(error instanceof Error) || SyscallError.is(error)) return undefined;
  const { errno, syscall = 'write' } = error as NodeJS.ErrnoException;
  return errno === undefined ? undefined : { code: errnoName(errno), errno: Math.abs(errno), syscall };
}

function processes(pids: readonly number[]): string {
  const shown = pids.slice(0, 8).join(', ');
  const more = pids.length > 8 ? ` and ${String(pids.length - 8)} more` : '';
  return pids.length === 1 ? `process ${shown} is` : `processes ${shown}${more} are`;
}

export function cgroupsPathInvalid(path: string, why: string): SpecError {
  return new SpecError('the path of the cgroup is none', {
    code: 'CGROUPS_PATH_INVALID',
    issues: [{ pointer: '/linux/cgroupsPath', message: `${JSON.stringify(path)} ${why}`, expected: 'a path such as "/pods/web"' }],
  });
}

export function cgroupsPathOfSystemd(path: string): SpecError {
  return new SpecError('the path of the cgroup is a unit of systemd', {
    code: 'CGROUPS_PATH_INVALID',
    issues: [
      { pointer: '/linux/cgroupsPath', message: `${JSON.stringify(path)} is slice:prefix:name, which takes systemd's cgroup manager` },
    ],
    hint: "leave out --cgroup-manager=cgroupfs and assemble the plugin cgroups-systemd; or choose cgroupfs as the engine's cgroup manager",
  });
}

/** A write for a controller that is in none of the container's cgroups. */
export function controllerNotPlaced({
  controller,
  file,
  pointer,
}: {
  controller: string;
  file: string;
  pointer: string;
}): NotSupportedError {
  return new NotSupportedError(`${pointer}: no hierarchy here has ${file}`, { feature: `the ${controller} controller` });
}

export function subCgroupInvalid(path: string): PlumbingError {
  return new PlumbingError(`bad sub cgroup path: ${JSON.stringify(path)}`, {
    code: 'CGROUP_PATH_INVALID',
    hint: "name a cgroup below the container's own",
    details: { path },
  });
}

export function subCgroupNowhere(controller: string): PlumbingError {
  return new PlumbingError(`unknown controller ${JSON.stringify(controller)}: no v1 hierarchy of the container has it`, {
    code: 'CGROUP_PATH_INVALID',
    hint: 'on v2 a sub-cgroup is a path alone',
    details: { controller },
  });
}
