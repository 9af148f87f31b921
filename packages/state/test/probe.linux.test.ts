import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { probeState } from '../src/index.js';

describe('probeState', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'standpipe-state-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('takes a directory that is not there yet, and does not make it', () => {
    const root = join(directory, 'not', 'yet');
    const [first, pidfd] = probeState(root);
    expect(first).to.include({ what: `states kept in ${root}`, outcome: 'yes' });
    expect(pidfd?.outcome).to.equal('yes');
    expect(existsSync(root)).to.equal(false);
  });

  it('refuses one that others may write to, and says what to do', () => {
    const root = join(directory, 'open');
    mkdirSync(root);
    chmodSync(root, 0o777);
    const [first] = probeState(root);
    expect(first).to.include({ outcome: 'no', essential: true });
    expect(first?.found).to.include('writable by others');
    expect(first?.fix).to.be.a('string');
  });
});
