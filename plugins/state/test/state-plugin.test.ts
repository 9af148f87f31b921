import type { CreateSettings } from '@standpipe/runtime-api';
import { planCreate } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { statePlugin } from '../src/index.js';

/** What each of its steps has the host half do, as the names of files that it touches. */
async function steps(settings: Partial<CreateSettings> = {}): Promise<[step: string, files: string[]][]> {
  const { program } = await planCreate(statePlugin, { settings: { id: 'web', ...settings } });
  const { sections } = program.source();
  expect(sections.find(({ name }) => name === 'container')?.fragments).to.deep.equal([]);
  const fragments = sections.find(({ name }) => name === 'host')?.fragments ?? [];
  return fragments.map(({ origin, ops }) => [
    origin.step,
    ops.flatMap((op) =>
      op.op === 'syscall' && ['openat', 'renameat', 'renameat2', 'symlinkat'].includes(op.name)
        ? op.args.filter((arg) => typeof arg === 'string')
        : [],
    ),
  ]);
}

describe('the state plugin', () => {
  it('makes the directory first, records the process before it goes on, and publishes in the end', async () => {
    const made = await steps();
    expect(made.map(([step]) => step)).to.deep.equal(['state.make', 'state.record', 'state.publish']);
    const [[, make] = [], [, record] = [], [, publish] = []] = made;
    expect(make).to.include('/run/standpipe').and.to.include('web');
    expect(record).to.deep.equal(['foreground-process', 'config.json', '/proc/sys/kernel/random/boot_id', 'creating.json']);
    expect(publish).to.deep.equal(['creating.json', 'state.json']);
  });

  it('leaves the state of a detached or kept container to whoever deletes it', async () => {
    for (const settings of [{ detach: true }, { keep: true }])
      expect((await steps(settings))[1]?.[1])
        .to.include('process')
        .and.not.to.include('foreground-process');
  });

  it('has no undo take it away once a kept container runs', async () => {
    const keeps = async (settings: Partial<CreateSettings>): Promise<boolean> => {
      const { program } = await planCreate(statePlugin, { settings });
      const ops = program.source().sections.flatMap(({ fragments }) => fragments.flatMap((fragment) => fragment.ops));
      return ops.some((op) => op.op === 'compute' && op.to.name === 'state directory' && op.left === -1);
    };
    expect(await keeps({ keep: true })).to.equal(true);
    expect(await keeps({})).to.equal(false);
    // Whose host half leaves with no undo at all.
    expect(await keeps({ detach: true })).to.equal(false);
  });

  it('refuses an id that is no file name', async () => {
    const error: unknown = await steps({ id: '../x' }).catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property('cause.code', 'CONTAINER_ID_INVALID');
  });
});
