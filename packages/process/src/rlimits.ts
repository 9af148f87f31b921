import type { SpecIssue } from '@standpipe/errors';
import { at, branch, buf, here, label, load, type Op, type Reg, reg, store, sys, words } from '@standpipe/program';
import { invalidAll } from './errors.js';

/** An entry of `process.rlimits`. */
export interface Rlimit {
  /** `RLIMIT_NOFILE` and so on. */
  readonly type: string;
  /** 64 bits without sign. JSON.parse makes 2^64 of RLIM_INFINITY, 2^64 - 1, so both mean it. */
  readonly soft: number | bigint;
  readonly hard: number | bigint;
}

/** The resources by their numbers. @man getrlimit(2) */
export const rlimitNames = [
  'RLIMIT_CPU',
  'RLIMIT_FSIZE',
  'RLIMIT_DATA',
  'RLIMIT_STACK',
  'RLIMIT_CORE',
  'RLIMIT_RSS',
  'RLIMIT_NPROC',
  'RLIMIT_NOFILE',
  'RLIMIT_MEMLOCK',
  'RLIMIT_AS',
  'RLIMIT_LOCKS',
  'RLIMIT_SIGPENDING',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
] as const;

export const RLIM_INFINITY = 2n ** 64n - 1n;

interface ParsedRlimit {
  readonly name: string;
  readonly resource: number;
  readonly soft: bigint;
  readonly hard: bigint;
  readonly pointer: string;
}

/**
 * Plans the limits of the process that runs these ops. They belong at its set-up's end: they are
 * meant for the command, and a limit on file sizes would hit what is copied while the root is made.
 *
 * A hard limit above the present one needs CAP_SYS_RESOURCE of the initial user namespace. In
 * another one nobody has it: there `planRaiseRlimits` makes room from outside before.
 *
 * @man prlimit(2)
 * @cap CAP_SYS_RESOURCE to raise a hard limit
 * @errno EPERM a hard limit would be raised, or RLIMIT_NOFILE go above /proc/sys/fs/nr_open
 * @throws SpecError for unknown types, a type that is there twice, a soft limit above the hard one
 */
export function planRlimits(rlimits: readonly Rlimit[], pointer = '/process/rlimits'): Op[] {
  return parseRlimits(rlimits, pointer).map(({ name, resource, soft, hard, pointer: at }) =>
    sys('prlimit64', [0, resource, words(name, [soft, hard]), null], {
      say: `set ${name} to ${showLimit(soft)}, at most ${showLimit(hard)} (raising the latter takes CAP_SYS_RESOURCE)`,
      pointer: at,
    }),
  );
}

/**
 * Raises the hard limits of process `pid` as far as `planRlimits` will need them, and lowers none. For a process
 * in a user namespace, by one outside with CAP_SYS_RESOURCE.
 *
 * @man prlimit(2)
 * @throws SpecError as `planRlimits`
 */
export function planRaiseRlimits(rlimits: readonly Rlimit[], pid: Reg, pointer = '/process/rlimits'): Op[] {
  return parseRlimits(rlimits, pointer).flatMap(({ name, resource, hard, pointer: place }) => {
    const now = buf(`${name} now`, 16);
    const hardNow = reg(`hard ${name}`);
    const enough = label(`${name} is high enough`);
    const notes = { say: `raise ${name} to ${showLimit(hard)}, which takes CAP_SYS_RESOURCE`, pointer: place };
    return [
      sys('prlimit64', [pid, resource, null, now], notes),
      load(at(now, 8), 8, hardNow),
      // RLIM_INFINITY reads as -1, and no other limit is negative.
      branch(hardNow, '<', 0, enough),
      ...(hard < 2n ** 63n ? [branch(hardNow, '>=', hard, enough)] : []),
      store(at(now, 8), 8, hard),
      sys('prlimit64', [pid, resource, now, null], notes),
      here(enough),
    ];
  });
}

function showLimit(limit: bigint): string {
  return limit === RLIM_INFINITY ? 'unlimited' : String(limit);
}

function parseRlimits(rlimits: readonly Rlimit[], pointer: string): ParsedRlimit[] {
  const issues: SpecIssue[] = [];
  const seen = new Set<string>();
  const parsed = rlimits.map(({ type, soft, hard }, i): ParsedRlimit => {
    const at = `${pointer}/${String(i)}`;
    const resource = (rlimitNames as readonly string[]).indexOf(type);
    if (resource < 0)
      issues.push({
        pointer: `${at}/type`,
        message: `${JSON.stringify(type)} is no resource limit`,
        expected: `one of ${rlimitNames.join(', ')}`,
      });
    else if (seen.has(type)) issues.push({ pointer: `${at}/type`, message: `${type} is limited twice` });
    seen.add(type);
    const limits = { soft: parseLimit(soft, `${at}/soft`, issues), hard: parseLimit(hard, `${at}/hard`, issues) };
    if (limits.soft > limits.hard)
      issues.push({
        pointer: `${at}/soft`,
        message: `the soft limit ${showLimit(limits.soft)} is above the hard one, ${showLimit(limits.hard)}`,
      });
    return { name: type, resource, ...limits, pointer: at };
  });
  if (issues.length > 0) throw invalidAll(issues);
  return parsed;
}

function parseLimit(limit: number | bigint, pointer: string, issues: SpecIssue[]): bigint {
  const ok = typeof limit === 'bigint' || Number.isInteger(limit);
  const value = ok ? BigInt(limit) : -1n;
  if (value < 0n || value > 2n ** 64n) {
    issues.push({ pointer, message: `${String(limit)} is no limit`, expected: 'an integer from 0 to 2^64 - 1' });
    return 0n;
  }
  return value > RLIM_INFINITY ? RLIM_INFINITY : value;
}
