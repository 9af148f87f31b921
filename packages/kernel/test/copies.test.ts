import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import * as first from '../src/index.js';

describe('two copies of the package in one process', () => {
  let folder: string;
  let second: typeof first;

  before(async () => {
    folder = mkdtempSync(fileURLToPath(new URL('../copy-', import.meta.url)));
    cpSync(fileURLToPath(new URL('../src', import.meta.url)), folder, { recursive: true });
    second = (await import(pathToFileURL(`${folder}/index.js`).href)) as typeof first;
  });

  after(() => rmSync(folder, { recursive: true }));

  it('meet by the ids of services, extension points, slots and pipelines', async () => {
    expect(second.service).not.to.equal(first.service);
    const contract = (kernel: typeof first) => ({
      Kettle: kernel.service<string>('kettle'),
      Leaf: kernel.extensionPoint<string>('leaves'),
      Water: kernel.slot<string>('water'),
      brew: kernel.pipeline<string[]>('brew').inPhases(['heat']),
    });
    const [mine, theirs] = [contract(first), contract(second)];
    const provider = second.definePlugin({
      id: 'provider',
      api: 1,
      declare: ({ provide, extend, step }) => [
        provide(theirs.Kettle, () => 'steel'),
        extend(theirs.Leaf, () => 'assam'),
        step(theirs.brew.phase.heat, { id: 'z.write', writes: [theirs.Water], run: (log) => void log.push('write') }),
      ],
    });
    const consumer = first.definePlugin({
      id: 'consumer',
      api: 1,
      requires: { kettle: mine.Kettle, leaves: mine.Leaf },
      declare: ({ step }) => [
        step(mine.brew.phase.heat, {
          id: 'a.read',
          reads: [mine.Water],
          run: (log, { kettle, leaves }) => void log.push(`read ${kettle} ${leaves.join()}`),
        }),
      ],
    });
    const assembly = await first.assemble({ config: { api: 1, plugins: { consumer: {}, provider: {} } }, plugins: { consumer, provider } });
    const log: string[] = [];
    await assembly.pipeline(theirs.brew).run(log);
    expect(log).to.deep.equal(['write', 'read steel assam']);
    expect(assembly.get(mine.Kettle)).to.equal(assembly.get(theirs.Kettle));
  });
});
