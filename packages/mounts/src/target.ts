import { FS_MAGIC } from '@standpipe/syscalls';
import { branch, here, label, type Op, raise, type Reg } from '@standpipe/program';
import { loadFilesystem } from './fd.js';
import type { ProcPlace } from './proc-safety.js';
import type { Scratch } from './scratch.js';

/**
 * Holds the rules of /proc for a target that is open: a path that doesn't name /proc may not lead there by
 * a link, and one that does must lead to a real procfs.
 */
export function guardProc(target: Reg, place: ProcPlace, scratch: Scratch, what: string, pointer: string): Op[] {
  if (place === 'proc') return [];
  const fine = label('proc is safe');
  const test = place === 'emulated' ? '==' : '!=';
  const why = place === 'emulated' ? 'its /proc is not a procfs' : 'it leads into /proc, where nothing may be covered';
  return [
    ...loadFilesystem(target, scratch, { say: what, pointer }),
    branch(scratch.value, test, FS_MAGIC.PROC, fine),
    raise(`${what}: ${why}`, { pointer }),
    here(fine),
  ];
}
