import { StepError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { definePlugin, pipeline, type Plugin, type RunSettings, type StepInfo } from '../../src/index.js';
import { assembleAll, brew, Kettle, newPot, type Pot, rejection } from '../fixtures/kitchen.js';

type Work = (pot: Pot, signal: AbortSignal | undefined) => void | Promise<void>;

interface Act {
  readonly run?: Work;
  readonly undo?: Work | false;
  readonly undoPartial?: boolean;
}

/** Steps `one`, `two` … in that order, each logging its run as `+id` and its undo as `-id`. */
function steps(acts: readonly Act[]): Plugin {
  const ids = ['one', 'two', 'three', 'four'];
  return definePlugin({
    id: 'cook',
    api: 1,
    declare: ({ step }) =>
      acts.map(({ run, undo, undoPartial = false }, index) =>
        step(brew.phase.heat, {
          id: ids[index]!,
          after: index === 0 ? [] : [ids[index - 1]!],
          undoPartial,
          run(pot, _deps, _config, signal) {
            pot.log.push(`+${ids[index]}`);
            return run?.(pot, signal);
          },
          ...(undo === false
            ? {}
            : {
                undo(pot: Pot) {
                  pot.log.push(`-${ids[index]}`);
                  return undo?.(pot, undefined);
                },
              }),
        }),
      ),
  });
}

function failing(message: string): Work {
  return () => {
    throw new Error(message);
  };
}

function failingLater(message: string): Work {
  return async () => {
    await tick();
    throw new Error(message);
  };
}

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function failureOf(acts: readonly Act[], settings?: RunSettings): Promise<{ error: StepError; log: readonly string[] }> {
  const pot = newPot();
  const error = await rejection((await assembleAll([steps(acts)])).pipeline(brew).run(pot, settings));
  if (!StepError.is(error)) throw error;
  return { error, log: pot.log };
}

describe('running a pipeline', () => {
  it('runs step after step, synchronous or not, and undoes them in reverse, once', async () => {
    const pot = newPot();
    const run = await (await assembleAll([steps([{}, { run: tick, undo: tick }, { undo: false }, {}])])).pipeline(brew).run(pot);
    expect(pot.log).to.deep.equal(['+one', '+two', '+three', '+four']);
    expect(run.steps[1]).to.deep.equal({ pipeline: 'brew', phase: 'heat', step: 'two', plugin: 'cook' });
    await run.undo();
    await run.undo();
    expect(pot.log.slice(4)).to.deep.equal(['-four', '-two', '-one']);
    expect(run.steps).to.have.length(4);
  });

  const failures: readonly [string, readonly Act[], readonly string[]][] = [
    [
      'undoes what was done before, not the step that failed',
      [{}, {}, { run: failing('spilt') }, {}],
      ['+one', '+two', '+three', '-two', '-one'],
    ],
    [
      'undoes the failing step too when it says so',
      [{}, { run: failingLater('spilt'), undoPartial: true }, {}],
      ['+one', '+two', '-two', '-one'],
    ],
    ['has nothing to undo after the first step', [{ run: failingLater('spilt') }, {}], ['+one']],
  ];
  for (const [title, acts, order] of failures) {
    it(title, async () => {
      const { error, log } = await failureOf(acts);
      expect(log).to.deep.equal(order);
      expect(error.code).to.equal('STEP_FAILED');
      expect(error.cause).to.have.property('message', 'spilt');
      expect(error.undoErrors).to.deep.equal([]);
    });
  }

  it('throws the first error and keeps what went wrong while undoing', async () => {
    const { error, log } = await failureOf([{ undo: failingLater('cold') }, { undo: failing('stuck') }, { run: failing('spilt') }]);
    expect(log).to.deep.equal(['+one', '+two', '+three', '-two', '-one']);
    expect(error.message).to.equal('step three (brew/heat, plugin cook) failed: spilt');
    expect(error).to.include({ pipeline: 'brew', phase: 'heat', step: 'three', plugin: 'cook' });
    expect(error.undoErrors.map((each) => (each as Error).message)).to.deep.equal(['stuck', 'cold']);
  });

  it('tries every undo that was asked for and throws the first failure', async () => {
    const pot = newPot();
    const run = await (await assembleAll([steps([{ undo: failing('cold') }, {}, { undo: failing('stuck') }])])).pipeline(brew).run(pot);
    const error = await rejection(run.undo());
    expect(pot.log.slice(3)).to.deep.equal(['-three', '-two', '-one']);
    expect(error).to.include({
      code: 'UNDO_FAILED',
      step: 'three',
      message: 'step three (brew/heat, plugin cook) could not be undone: stuck',
    });
    expect((error as StepError).undoErrors.map((each) => (each as Error).message)).to.deep.equal(['cold']);
  });

  it("counts a service that a step cannot get as the step's failure", async () => {
    const broken = definePlugin({ id: 'broken', api: 1, declare: ({ provide }) => [provide(Kettle, failing('leaks') as () => never)] });
    const user = definePlugin({
      id: 'user',
      api: 1,
      requires: { kettle: Kettle },
      declare: ({ step }) => [
        step(brew.phase.heat, { id: 'idle', run: ({ log }) => void log.push('idle'), undo: ({ log }) => void log.push('undo idle') }),
        step(brew.phase.pour, { id: 'water.boil', run: (_pot, { kettle }) => void kettle.boil() }),
      ],
    });
    const pot = newPot();
    const error = await rejection((await assembleAll([broken, user])).pipeline(brew).run(pot));
    expect(error).to.include({ code: 'STEP_FAILED', step: 'water.boil', plugin: 'user' });
    expect((error as Error).cause).to.have.property('message', 'plugin broken could not make kitchen.kettle: leaks');
    expect(pot.log).to.deep.equal(['idle', 'undo idle']);
  });

  it('gives steps their config, and runs a pipeline without steps', async () => {
    const plugin = definePlugin({
      id: 'p',
      api: 1,
      config: { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { cups: 3 } }) } },
      declare: ({ step }) => [
        step(brew.phase.pour, { id: 'pour', run: ({ log }, _deps, config) => void log.push(JSON.stringify(config)) }),
      ],
    });
    const assembly = await assembleAll([plugin]);
    const pot = newPot();
    await assembly.pipeline(brew).run(pot);
    expect(pot.log).to.deep.equal(['{"cups":3}']);
    expect((await assembly.pipeline(pipeline<Pot>('empty').inPhases(['only'])).run(pot)).steps).to.deep.equal([]);
  });

  describe('with enter', () => {
    const seen: StepInfo[] = [];
    const watched = pipeline<Pot>('watched').inPhases(['only'], {
      enter(pot, info) {
        seen.push(info);
        pot.log.push(`enter ${info.step}`);
        if (info.step === 'z.refused') throw new Error('not this one');
      },
    });
    const plugin = definePlugin({
      id: 'p',
      api: 1,
      declare: ({ step }) =>
        ['a.fine', 'z.refused'].map((id) =>
          step(watched.phase.only, {
            id,
            undoPartial: true,
            run: ({ log }) => void log.push(`+${id}`),
            undo: ({ log }) => void log.push(`-${id}`),
          }),
        ),
    });

    it("tells the context of each step before it runs; what it throws is the step's failure", async () => {
      const pot = newPot();
      const error = await rejection((await assembleAll([plugin])).pipeline(watched).run(pot));
      expect(error).to.include({ code: 'STEP_FAILED', step: 'z.refused' });
      expect(pot.log).to.deep.equal(['enter a.fine', '+a.fine', 'enter z.refused', '-a.fine']);
      expect(seen[0]).to.deep.equal({ pipeline: 'watched', phase: 'only', step: 'a.fine', plugin: 'p' });
    });
  });

  describe('with a signal', () => {
    it('starts no step after the abort', async () => {
      const { error, log } = await failureOf([{}], { signal: AbortSignal.abort(new Error('enough')) });
      expect(log).to.deep.equal([]);
      expect(error).to.include({ code: 'STEP_ABORTED', step: 'one', message: 'step one (brew/heat, plugin cook) was not started: enough' });
    });

    it('lets a step that heeds the signal end by itself, then undoes the rest', async () => {
      const stop = new AbortController();
      const heeding: Work = (pot, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            setImmediate(() => {
              pot.log.push('cleaned up');
              reject(new Error('stopped halfway'));
            });
          });
          setImmediate(() => stop.abort(new Error('enough')));
        });
      const { error, log } = await failureOf([{}, { run: heeding }], { signal: stop.signal });
      expect(log).to.deep.equal(['+one', '+two', 'cleaned up', '-one']);
      expect(error).to.include({ code: 'STEP_ABORTED', message: 'step two (brew/heat, plugin cook) was stopped: stopped halfway' });
    });

    it('undoes a step that ended well after the abort', async () => {
      const stop = new AbortController();
      const { error, log } = await failureOf([{}, { run: () => stop.abort(new Error('enough')) }, {}], { signal: stop.signal });
      expect(log).to.deep.equal(['+one', '+two', '-two', '-one']);
      expect(error).to.include({ code: 'STEP_ABORTED', step: 'two', message: 'step two (brew/heat, plugin cook) was stopped: enough' });
    });

    it('names a step that hangs, and leaves it behind', async () => {
      const stop = new AbortController();
      const hanging: Work = () => {
        setImmediate(() => stop.abort(new Error('enough')));
        return new Promise(() => undefined);
      };
      const { error, log } = await failureOf([{}, { run: hanging, undoPartial: true }], { signal: stop.signal, graceMs: 5 });
      expect(log).to.deep.equal(['+one', '+two', '-one']);
      expect(error).to.include({ code: 'STEP_ABORTED', message: 'step two (brew/heat, plugin cook) did not stop when told to: enough' });
    });

    it('takes no notice of one that stays quiet', async () => {
      const stop = new AbortController();
      const pot = newPot();
      await (await assembleAll([steps([{ run: tick }, { run: tick }])])).pipeline(brew).run(pot, { signal: stop.signal });
      stop.abort();
      expect(pot.log).to.deep.equal(['+one', '+two']);
    });
  });
});
