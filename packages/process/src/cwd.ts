import { type Op, branch, buf, here, label, load, makeInRoot, raise, type Reg, reg, sys } from '@standpipe/program';
import { invalid } from './errors.js';

const PATH_MAX = 4096;
const SLASH = 0x2f;

export interface PlanCwdSettings {
  readonly pointer?: string | undefined;
}

/** Ops to run in this order, with the change of user in between. */
export interface CwdPlan {
  readonly beforeUser: Op[];
  readonly afterUser: Op[];
}

/** Makes the working directory inside the root when it is missing, with its parents, as the runtime's user. */
export function planMakeCwd(cwd: string, root: Reg, settings: PlanCwdSettings = {}): Op[] {
  const { pointer = '/process/cwd' } = settings;
  const fd = reg('cwd');
  checkCwd(cwd, pointer);
  if (cwd === '/') return [];
  return [
    ...makeInRoot(root, cwd, fd, { kind: 'directory', say: `make the working directory ${JSON.stringify(cwd)}`, pointer }),
    sys('close', [fd], { unless: { errno: 'any' } }),
  ];
}

/**
 * Plans the change to the working directory, after the root is the container's. Tried first as
 * root, who may go where the user may not; where even root is kept out (a FUSE mount, a root-squashed NFS) again as
 * the user. In the end the directory must lie below the root: a path through /proc/self/fd of an fd that
 * leaked in from the host leads outside, and the kernel then knows no path from the root to it.
 *
 * @man chdir(2), getcwd(2)
 */
export function planCwd(cwd: string, settings: PlanCwdSettings = {}): CwdPlan {
  const { pointer = '/process/cwd' } = settings;
  checkCwd(cwd, pointer);
  const say = `change to the working directory ${JSON.stringify(cwd)}`;
  const result = reg('chdir');
  const there = label('in cwd');
  return {
    beforeUser: [sys('chdir', [cwd], { to: result, unless: { errno: ['EACCES', 'EPERM'] }, say, pointer })],
    afterUser: [branch(result, '==', 0, there), sys('chdir', [cwd], { say, pointer }), here(there), ...expectCwdInside(cwd, pointer)],
  };
}

function expectCwdInside(cwd: string, pointer: string): Op[] {
  const outside = label('cwd outside');
  const inside = label('cwd inside');
  const path = buf('cwd', PATH_MAX);
  const first = reg('first byte');
  return [
    sys('getcwd', [path, PATH_MAX], { unless: { errno: ['ENOENT'], goto: outside }, say: 'look where the working directory is', pointer }),
    // "(unreachable)/…" otherwise.
    load(path, 1, first),
    branch(first, '==', SLASH, inside),
    here(outside),
    raise(`the working directory ${JSON.stringify(cwd)} is outside of the container's root: possible container breakout`, { pointer }),
    here(inside),
  ];
}

function checkCwd(cwd: string, pointer: string): void {
  if (!cwd.startsWith('/')) throw invalid({ pointer, message: `${JSON.stringify(cwd)} is relative`, expected: 'an absolute path' });
  if (cwd.includes('\0')) throw invalid({ pointer, message: 'the working directory contains a NUL' });
}
