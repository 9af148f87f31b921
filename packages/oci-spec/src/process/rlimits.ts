import { type Check, distinct, list, object, required, type Shape } from '../check.js';
import { oneOf, uint64 } from '../values.js';

/** The resources of getrlimit(2). */
export const rlimitTypes = [
  'RLIMIT_AS',
  'RLIMIT_CORE',
  'RLIMIT_CPU',
  'RLIMIT_DATA',
  'RLIMIT_FSIZE',
  'RLIMIT_LOCKS',
  'RLIMIT_MEMLOCK',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_NOFILE',
  'RLIMIT_NPROC',
  'RLIMIT_RSS',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
  'RLIMIT_SIGPENDING',
  'RLIMIT_STACK',
] as const;

const rlimitFields = {
  type: required(oneOf('resource', rlimitTypes)),
  /** The ceiling of the soft limit; 18446744073709551615 is RLIM_INFINITY. */
  hard: required(uint64),
  /** What the kernel enforces. */
  soft: required(uint64),
};

/** A limit of a resource, in the resource's own unit. */
export interface POSIXRlimit extends Shape<typeof rlimitFields> {}

const rlimit: Check<POSIXRlimit> = object(rlimitFields, (rule) => [
  rule(['hard', 'soft'], ({ hard, soft }, at, report) => {
    if (soft > hard) report.issue(`${at}/soft`, `${String(soft)} is beyond the hard limit`, `at most ${String(hard)}`);
  }),
]);

export const rlimits: Check<readonly POSIXRlimit[]> = distinct(list(rlimit), ({ type }) => type);
