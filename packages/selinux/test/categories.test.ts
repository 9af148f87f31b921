import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { allocateLevel, freeLevel, parseLevel, reserveLevel, takenLevels } from '../src/index.js';

const library = new URL('../src/index.js', import.meta.url).href;

describe('levels of containers', () => {
  let directory: string;

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'standpipe-mcs-')), 'taken');
  });
  afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

  it('have two categories, are kept with their owner, and given back', () => {
    const levels = ['a', 'b', 'c'].map((owner) => allocateLevel(directory, owner));
    for (const level of levels) {
      const { sensitivity, categories } = parseLevel(level);
      expect(sensitivity).to.equal(0);
      expect(categories).to.have.length(2);
    }
    expect(new Set(levels)).to.have.length(3);
    expect(Object.fromEntries(takenLevels(directory))).to.deep.equal(
      Object.fromEntries(levels.map((level, i) => [level, 'abc'.charAt(i)])),
    );
    for (const [i, level] of levels.entries()) freeLevel(directory, level, 'abc'.charAt(i));
    expect(takenLevels(directory)).to.have.length(0);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('are one and the same however they are written', () => {
    expect(reserveLevel(directory, 's0:c2,c1', 'a')).to.equal(true);
    expect(reserveLevel(directory, 's0:c1.c2', 'b')).to.equal(false);
    expect(reserveLevel(directory, 's0:c1,c2', 'a')).to.equal(true);
    expect(takenLevels(directory)).to.deep.equal(new Map([['s0:c1,c2', 'a']]));
  });

  it("stay when it is another's, or nobody's, that is given back", () => {
    reserveLevel(directory, 's0:c1,c2', 'a');
    freeLevel(directory, 's0:c1,c2', 'b');
    freeLevel(directory, 's0:c3,c4', 'a');
    expect(takenLevels(directory)).to.have.length(1);
  });

  it('have no other form', () => {
    for (const level of ['s0', 's0:c1', 's0:c1,c2,c3', 's1:c1,c2', '../../etc', 's0:c1,c1'])
      expect(() => reserveLevel(directory, level, 'a'), level).to.throw('is no level');
    expect(takenLevels(directory)).to.have.length(0);
  });

  it('go to one process each, when many ask at once', async function () {
    this.timeout(60_000);
    // All of them want the same hundred levels.
    const script = `
      const { reserveLevel } = await import(${JSON.stringify(library)});
      for (let i = 0; i < 100; i++) if (reserveLevel(process.argv[1], 's0:c' + i + ',c' + (i + 1), 'p' + process.pid)) console.log(i);`;
    const outputs = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', script, directory], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return text(child.stdout);
      }),
    );
    const got = outputs.flatMap((output) => output.split('\n').filter(Boolean).map(Number));
    expect(got.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
  });
});
