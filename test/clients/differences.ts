import type { Outcome } from './client.js';

/** A text that standpipe prints otherwise than runc, or that it alone prints. */
export interface Rewording {
  /** Names of steps, of each client that has them; all steps without it. */
  readonly steps?: readonly string[];
  readonly text: RegExp;
  /** What runc has in its place. */
  readonly instead: string;
  readonly reason: string;
}

/** A step that ends otherwise over standpipe than over runc. */
export interface Difference {
  readonly steps: readonly string[];
  /** What is seen over standpipe: in its exit code and both outputs, one behind the other. */
  readonly seen: RegExp;
  readonly reason: string;
}

export const rewordings: readonly Rewording[] = [
  {
    steps: ['mounts'],
    text: /^\/sys\/fs\/cgroup tmpfs ro,/gm,
    instead: '/sys/fs/cgroup tmpfs rw,',
    reason:
      'The config asks for a read-only mount of cgroups. runc leaves the tmpfs that holds the hierarchies of version 1 writable, Standpipe does not.',
  },
  {
    steps: ['mounts'],
    text: / tmpfs ro,nr_inodes=1$/gm,
    instead: ' tmpfs ro',
    reason: 'What masks a directory is a tmpfs that holds that directory and nothing else.',
  },
];

export const differences: readonly Difference[] = [
  {
    steps: ['exec --privileged', '--privileged'],
    seen: /^0\n/,
    reason:
      'Docker asks for capabilities that the bounding set of this host lacks. The specification wants a warning and a container with the others; runc 1.1 fails.',
  },
];

/** The outcome as it would be if standpipe had runc's words. */
export function reword(outcome: Outcome): Outcome {
  const inPlace = (text: string): string =>
    rewordings
      .filter(({ steps }) => steps === undefined || steps.includes(outcome.step))
      .reduce((rest, { text: pattern, instead }) => rest.replace(pattern, instead), text);
  return { ...outcome, stdout: inPlace(outcome.stdout), stderr: inPlace(outcome.stderr) };
}

/** Whether this is how the step is known to end over standpipe. */
export function isKnown({ step, code, stdout, stderr }: Outcome): boolean {
  return differences.some(({ steps, seen }) => steps.includes(step) && seen.test(`${String(code)}\n${stdout}${stderr}`));
}
