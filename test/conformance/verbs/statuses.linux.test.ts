import { needs, needsRoot } from '@standpipe/test-support';
import { before, describe } from 'mocha';
import { type Case, type Deviation, sameAsRunc } from './compare.js';
import { answers, sees } from './deviations.js';
import type { Stage } from '../../end-to-end/stage.js';

const statuses: Readonly<Record<string, (on: Stage) => Promise<unknown>>> = {
  unknown: async () => undefined,
  created: async (on) => on.created(),
  running: async (on) => on.running(),
  paused: async (on) => on.paused(),
  stopped: async (on) => on.stopped(),
};

const calls: readonly (readonly string[])[] = [
  ['create', 'ID'],
  ['state', 'ID'],
  ['start', 'ID'],
  ['kill', 'ID'],
  ['kill', 'ID', '0'],
  ['kill', 'ID', 'KILL'],
  ['kill', '--all', 'ID', 'KILL'],
  ['kill', '--all', 'ID', '0'],
  ['delete', 'ID'],
  ['delete', '--force', 'ID'],
  ['pause', 'ID'],
  ['resume', 'ID'],
  ['ps', '--format', 'json', 'ID'],
  ['update', '--pids-limit', '50', 'ID'],
  ['exec', 'ID', 'true'],
];

const deviations: Readonly<Record<string, Deviation>> = {
  'start ID when paused': {
    because: 'what is paused runs already',
    instead: answers(() => ({
      says: ['cannot start an already running container'],
      logged: [['cannot start an already running container']],
    })),
  },
  'ps --format json ID when stopped': { because: 'none are an array, too', instead: answers(() => ({ stdout: '[]\n' })) },
  'kill --all ID 0 when paused': {
    because: 'what is paused stays so, whatever is asked of all its processes',
    instead: sees({ status: 'paused' }),
  },
};

/** runc's has no end of line, and no owner though it has the field. */
const state: Deviation = {
  because: 'the owner is known',
  instead: answers(({ stdout }) => ({ stdout: `${stdout.replace('"owner": ""', '"owner": "root"')}\n` })),
};

describe('each verb answers as runc does, when the container is', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  for (const [status, reach] of Object.entries(statuses)) {
    describe(status, () => {
      sameAsRunc(
        calls.map((words): Case => {
          const what = words.join(' ');
          return {
            what,
            ours: deviations[`${what} when ${status}`] ?? (words[0] === 'state' && status !== 'unknown' ? state : undefined),
            async play(on) {
              await reach(on);
              const bundle = words[0] === 'create' ? ['--bundle', on.bundle] : [];
              await on.call([words[0]!, ...bundle, ...words.slice(1).map((word) => (word === 'ID' ? on.id : word))]);
              await on.look();
            },
          };
        }),
      );
    });
  }
});
