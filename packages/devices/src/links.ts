import { AT } from '@standpipe/syscalls';
import { here, jump, label, type Op, type Reg, sys } from '@standpipe/program';
import type { DefaultLink } from './defaults.js';

/** Makes one link in the directory `dir`. @man symlinkat(2) */
export function planLink({ name, target, onlyIf, replaces = false }: DefaultLink, dir: Reg): Op[] {
  const say = `link "/dev/${name}" to ${JSON.stringify(target)}`;
  const done = label(`/dev/${name} done`);
  const make = sys('symlinkat', [target, dir, name], { say });
  const ops: Op[] = [];
  if (onlyIf !== undefined) ops.push(sys('faccessat', [AT.FDCWD, onlyIf, 0], { unless: { errno: 'any', goto: done }, say }));
  if (replaces) {
    const taken = label(`/dev/${name} taken`);
    ops.push(
      { ...make, unless: { errno: ['EEXIST'], goto: taken } },
      jump(done),
      here(taken),
      sys('unlinkat', [dir, name, 0], { say: `remove "/dev/${name}" to link it to ${JSON.stringify(target)}` }),
      make,
    );
  } else {
    ops.push({ ...make, unless: { errno: ['EEXIST'] } });
  }
  return onlyIf === undefined && !replaces ? ops : [...ops, here(done)];
}
