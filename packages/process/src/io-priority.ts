import { type Op, type Reg, sys } from '@standpipe/program';
import { invalid } from './errors.js';

/** `process.ioPriority` of a config.json. */
export interface IoPriority {
  readonly class: string;
  /** From 0, the highest, to 7. Without meaning for IOPRIO_CLASS_IDLE. */
  readonly priority?: number | undefined;
}

const classes: ReadonlyMap<string, number> = new Map([
  ['IOPRIO_CLASS_RT', 1],
  ['IOPRIO_CLASS_BE', 2],
  ['IOPRIO_CLASS_IDLE', 3],
]);
const IOPRIO_CLASS_SHIFT = 13;
const IOPRIO_WHO_PROCESS = 1;

/**
 * Plans the I/O priority of a process: `pid`, or with 0 the one that runs the ops. IOPRIO_CLASS_RT takes
 * CAP_SYS_NICE or CAP_SYS_ADMIN of the initial user namespace, so for a container in another one the host has to do it.
 *
 * @man ioprio_set(2)
 * @cap CAP_SYS_NICE
 * @throws SpecError for an unknown class and a priority that can't be
 */
export function planIoPriority({ class: name, priority = 0 }: IoPriority, pid: Reg | 0, pointer = '/process/ioPriority'): Op[] {
  const number = classes.get(name);
  if (number === undefined)
    throw invalid({
      pointer: `${pointer}/class`,
      message: `${JSON.stringify(name)} is no class`,
      expected: `one of ${[...classes.keys()].join(', ')}`,
    });
  if (!Number.isInteger(priority) || priority < 0 || priority > 7)
    throw invalid({ pointer: `${pointer}/priority`, message: `${String(priority)} is no priority`, expected: 'an integer from 0 to 7' });
  const say = `set the I/O priority to ${name} ${String(priority)}`;
  return [sys('ioprio_set', [IOPRIO_WHO_PROCESS, pid, (number << IOPRIO_CLASS_SHIFT) | priority], { say, pointer })];
}
