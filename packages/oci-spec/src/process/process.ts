import { type Check, list, object, required, type Shape, where } from '../check.js';
import { absolutePath, boolean, integer, name, numberList, text, uint16 } from '../values.js';
import { capabilities } from './capabilities.js';
import { environment } from './environment.js';
import { rlimits } from './rlimits.js';
import { ioPriority, scheduler } from './scheduler.js';
import { user } from './user.js';

const boxFields = {
  /** Rows. */
  height: required(uint16),
  /** Columns. */
  width: required(uint16),
};

/** The size of a terminal, in characters. */
export interface Box extends Shape<typeof boxFields> {}
const box: Check<Box> = object(boxFields);

const affinityFields = {
  /** CPUs before the process enters the container's cgroup: `0-3,7`. */
  initial: numberList,
  /** CPUs from then on; left out, what the kernel makes of it. */
  final: numberList,
};

/** CPUs of processes that join the container later. Of no effect on its first one. */
export interface CPUAffinity extends Shape<typeof affinityFields> {}
const affinity: Check<CPUAffinity> = object(affinityFields);

const processFields = {
  /** Whether a pseudoterminal is made for the process. */
  terminal: boolean,
  /** Of the terminal, if there is one. */
  consoleSize: box,
  /** The specification lets it be missing, and runtimes take root then: so does this. */
  user: required(user, { uid: 0, gid: 0 }),
  /** argv; the first is looked for on the PATH of `env` unless it contains a slash. */
  args: required(
    where(list(text(), { min: 1 }), ([command], at, report) => {
      if (command === '') report.issue(`${at}/0`, 'the command is empty', 'the name or path of an executable');
    }),
  ),
  /** `NAME=value` each. */
  env: environment,
  /** Working directory in the container, absolute. */
  cwd: required(absolutePath),
  capabilities,
  rlimits,
  /** Whether execve(2) can never add privileges. */
  noNewPrivileges: boolean,
  /** The name of a profile that is loaded already. */
  apparmorProfile: name({ maxBytes: 4095 }),
  /** Added to the out-of-memory killer's score: -1000 (never) to 1000. Left out, the runtime's own stays. */
  oomScoreAdj: integer(-1000, 1000),
  scheduler,
  selinuxLabel: name({ maxBytes: 4095 }),
  ioPriority,
  execCPUAffinity: affinity,
};

/** `process`: what runs in the container, and as what. */
export interface Process extends Shape<typeof processFields> {}

export const process: Check<Process> = object(processFields, (rule) => [
  rule(['terminal', 'consoleSize'], ({ terminal, consoleSize }, at, report) => {
    if (consoleSize !== undefined && terminal !== true) report.warn(`${at}/consoleSize`, 'is ignored: the process has no terminal');
  }),
]);
