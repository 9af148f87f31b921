import { needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stage } from '../stage.js';
import { fromEnvironment, randomFrom } from './random.js';

const SEED = fromEnvironment('STANDPIPE_SEED', Date.now() % 2 ** 31);
const TIMES = fromEnvironment('STANDPIPE_RACES', 6);

type Ran = Awaited<ReturnType<Stage['quietly']>>;

describe('several verbs on one container at once', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    console.log(`    STANDPIPE_SEED=${String(SEED)}`);
  });

  const random = randomFrom(SEED);

  /** Plays it again and again, the calls begun at slightly different times; the stage looks that nothing is left. */
  function race(
    what: string,
    reach: (on: Stage) => Promise<unknown>,
    calls: (on: Stage) => readonly (readonly string[])[],
    judge: (ran: readonly Ran[], on: Stage) => Promise<void>,
  ): void {
    it(what, async () => {
      for (let i = 0; i < TIMES; i++) {
        const on = new Stage('standpipe');
        try {
          await reach(on);
          const ran = await Promise.all(
            calls(on).map(async (words) => {
              await sleep(random() * 30);
              return on.quietly(words);
            }),
          );
          await judge(ran, on);
        } finally {
          await on.close();
        }
      }
    });
  }

  const succeeded = (ran: readonly Ran[]): number => ran.filter(({ code }) => code === 0).length;
  const status = async (on: Stage): Promise<string> => {
    const { code, stdout } = await on.quietly(['state', on.id]);
    return code === 0 ? (JSON.parse(stdout) as { status: string }).status : 'none';
  };
  /** Whoever comes too late is told so, and nothing else goes wrong. */
  const otherwise = (ran: readonly Ran[], expected: RegExp): void => {
    for (const { code, stderr } of ran) if (code !== 0) expect(stderr).to.match(expected);
  };

  race(
    'of six that create it one does',
    async () => undefined,
    (on) => Array.from({ length: 6 }, () => ['create', '--bundle', on.bundle, on.id]),
    async (ran, on) => {
      expect(succeeded(ran), JSON.stringify(ran)).to.equal(1);
      otherwise(ran, /container with given ID already exists/);
      expect(await status(on)).to.equal('created');
    },
  );

  race(
    'of four that start it one does',
    async (on) => on.created(),
    (on) => Array.from({ length: 4 }, () => ['start', on.id]),
    async (ran, on) => {
      expect(succeeded(ran), JSON.stringify(ran)).to.equal(1);
      otherwise(ran, /cannot start an already running container/);
      expect(await status(on)).to.equal('running');
    },
  );

  race(
    'of four that delete it one does',
    async (on) => on.stopped(),
    (on) => Array.from({ length: 4 }, () => ['delete', on.id]),
    async (ran, on) => {
      expect(succeeded(ran), JSON.stringify(ran)).to.be.greaterThan(0);
      otherwise(ran, /does not exist/);
      expect(on.left()).to.deep.equal([]);
    },
  );

  race(
    'four that delete it by force succeed',
    async (on) => on.running(),
    (on) => Array.from({ length: 4 }, () => ['delete', '--force', on.id]),
    async (ran, on) => {
      expect(succeeded(ran), JSON.stringify(ran)).to.equal(4);
      expect(on.left()).to.deep.equal([]);
    },
  );

  race(
    'it is started or deleted, not both by halves',
    async (on) => on.created(),
    (on) => [
      ['start', on.id],
      ['delete', on.id],
    ],
    async ([started, deleted], on) => {
      if (deleted!.code === 0) expect(on.left()).to.deep.equal([]);
      else {
        expect(deleted!.stderr).to.match(/is not stopped: running|that is not stopped/);
        expect(started!.code, started!.stderr).to.equal(0);
        expect(await status(on)).to.equal('running');
      }
      if (started!.code !== 0) expect(deleted!.code, JSON.stringify([started, deleted])).to.equal(0);
    },
  );

  race(
    'killed while it is started, it is stopped in the end',
    async (on) => on.created(),
    (on) => [
      ['start', on.id],
      ['kill', on.id, 'KILL'],
    ],
    async ([, killed], on) => {
      expect(killed!.code, killed!.stderr).to.equal(0);
      for (let i = 0; i < 100 && (await status(on)) !== 'stopped'; i++) await sleep(10);
      expect(await status(on)).to.equal('stopped');
    },
  );

  race(
    'created while it is deleted by force, it is there or it is not',
    async () => undefined,
    (on) => [
      ['create', '--bundle', on.bundle, on.id],
      ['delete', '--force', on.id],
    ],
    async ([created, deleted], on) => {
      expect(deleted!.code, deleted!.stderr).to.equal(0);
      if (created!.code !== 0) expect(on.left(), created!.stderr).to.deep.equal([]);
      else expect(await status(on)).to.be.oneOf(['created', 'none']);
    },
  );

  race(
    'executed in while it is deleted by force, nothing is left of either',
    async (on) => on.running(),
    (on) => [
      ['exec', '--detach', on.id, 'sleep', '1000'],
      ['exec', on.id, 'sleep', '1000'],
      ['delete', '--force', on.id],
    ],
    async ([, , deleted], on) => {
      expect(deleted!.code, deleted!.stderr).to.equal(0);
      expect(on.left()).to.deep.equal([]);
    },
  );

  race(
    'paused, resumed and killed at once, it ends',
    async (on) => on.running(),
    (on) => [
      ['pause', on.id],
      ['resume', on.id],
      ['kill', on.id, 'KILL'],
    ],
    async ([paused, resumed, killed], on) => {
      expect(killed!.code, killed!.stderr).to.equal(0);
      otherwise([paused!], /container not running|does not exist/);
      otherwise([resumed!], /container not paused|container not running|does not exist/);
      // Paused after the signal was sent, it dies as it is resumed.
      if ((await status(on)) === 'paused') await on.quietly(['resume', on.id]);
      for (let i = 0; i < 100 && (await status(on)) !== 'stopped'; i++) await sleep(10);
      expect(await status(on)).to.equal('stopped');
    },
  );
});
