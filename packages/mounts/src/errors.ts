import { PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function mountsInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the mounts can't be made as asked: ${message}`, { issues });
}

export function cgroupsUnknown(pointer: string): SpecError {
  return mountsInvalid([
    {
      pointer,
      message: "a mount of type cgroup needs to know the machine's cgroups",
      expected: '`cgroups` with the texts of mountinfo and cgroup',
    },
  ]);
}

export function propagationInvalid(pointer: string, name: string, known: readonly string[]): SpecError {
  const message = `there is no propagation called ${JSON.stringify(name)}`;
  return mountsInvalid([{ pointer, message, expected: `one of ${known.join(', ')}, or one of these with an r before it` }]);
}

export function mountNamespaceMissing(pointer: string): SpecError {
  return mountsInvalid([
    { pointer, message: 'a root filesystem needs a new mount namespace', expected: 'a namespace of type "mount", without a path' },
  ]);
}

export function rootfsMissing(pointer: string): SpecError {
  return mountsInvalid([{ pointer, message: 'there is no root filesystem', expected: 'the path of a directory' }]);
}

export function commandNotFound(command: string): PlumbingError {
  return new PlumbingError(`there is no command ${JSON.stringify(command)} on PATH`, { code: 'COMMAND_NOT_FOUND' });
}

export function privateWithoutPivot(pointer: string): SpecError {
  const message = 'without pivot_root a private root would keep mounts of the host in use';
  return mountsInvalid([{ pointer, message, expected: 'slave or shared' }]);
}

export function rootMasked(pointer: string): SpecError {
  return mountsInvalid([{ pointer, message: "the root itself can't be masked", expected: 'a path below the root' }]);
}
