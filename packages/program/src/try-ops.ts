import { spawnSync } from 'node:child_process';
import { errnoName } from '@standpipe/syscalls';
import { withSealedProgram } from './launch.js';
import { link, section, type Section } from './link.js';
import { label, type Op, sys } from './op.js';
import { ERRNO } from './operand.js';

/** How an attempt ended: it was done, or an errno came, or none where it failed by a `raise` that has none. */
export interface Attempt {
  readonly done: boolean;
  readonly errno: string | undefined;
}

const origin = { plugin: 'program', step: 'try' };

/**
 * Does ops for real, in a process of their own that ends with them, to see whether they can be done here. What they make must end with
 * the process: file descriptors, namespaces, detached mounts.
 *
 * @throws what withSealedProgram does, where not even that process can be had
 */
export function tryOps(ops: readonly Op[], sections: readonly Section[] = []): Attempt {
  const main = section('attempt', label('start'), [...ops, sys('exit_group', [0])], [sys('exit_group', [ERRNO])], origin);
  const program = link({ sections: [main, ...sections] });
  const { status, error } = withSealedProgram(program, (path) => spawnSync(path, { stdio: 'ignore', env: {}, timeout: 5000 }));
  if (error !== undefined) throw error;
  return { done: status === 0, errno: status === null || status === 0 ? undefined : errnoName(status) };
}
