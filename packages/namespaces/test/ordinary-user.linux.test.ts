import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { findIdMapHelpers, findSystemProgram, ordinaryUserMappings } from '../src/index.js';

describe('an ordinary user', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-namespaces-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  const write = (name: string, text: string, mode = 0o644): string => {
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), mode);
    return join(dir, name);
  };

  describe('findSystemProgram', () => {
    it('takes what root alone can have put there', function () {
      needsRoot(this);
      const path = write('tool', '', 0o4755);
      expect(findSystemProgram('tool', ['/nowhere', dir])).to.equal(path);
      symlinkSync(path, join(dir, 'link'));
      expect(findSystemProgram('link', [dir])).to.equal(join(dir, 'link'));
    });

    it('takes nothing that others can write, that is not executable, no program, or that is not there', function () {
      needsRoot(this);
      write('group', '', 0o775);
      write('others', '', 0o757);
      write('text', '', 0o644);
      chownSync(write('theirs', '', 0o755), 1000, 0);
      for (const name of ['group', 'others', 'text', 'theirs', '.', 'nowhere'])
        expect(findSystemProgram(name, [dir]), name).to.equal(undefined);
    });
  });

  describe('findIdMapHelpers', () => {
    it('has those that are there', () => {
      expect(findIdMapHelpers((name) => (name === 'newuidmap' ? '/bin/newuidmap' : undefined))).to.deep.equal({
        newuidmap: '/bin/newuidmap',
      });
    });
  });

  describe('ordinaryUserMappings', () => {
    const helpers = { newuidmap: '/bin/newuidmap', newgidmap: '/bin/newgidmap' };
    const own = { uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }], gidMappings: [{ containerID: 0, hostID: 100, size: 1 }] };
    const mappings = (subuid: string, subgid: string, given: object = helpers): object =>
      ordinaryUserMappings({
        owner: { name: 'ada', uid: 1000 },
        gid: 100,
        helpers: given,
        subuidFile: subuid === '' ? join(dir, 'missing') : write('subuid', subuid),
        subgidFile: subgid === '' ? join(dir, 'missing') : write('subgid', subgid),
      });

    it("has the user's own ids and the ranges behind them", () => {
      expect(mappings('ada:100000:65536\n', '1000:200000:10\n')).to.deep.equal({
        uidMappings: [...own.uidMappings, { containerID: 1, hostID: 100_000, size: 65_536 }],
        gidMappings: [...own.gidMappings, { containerID: 1, hostID: 200_000, size: 10 }],
      });
    });

    it('has the own ids alone when ranges of either kind, or a helper, are missing', () => {
      expect(mappings('ada:100000:65536\n', '')).to.deep.equal(own);
      expect(mappings('', 'ada:100000:65536\n')).to.deep.equal(own);
      expect(mappings('ada:100000:65536\n', 'ada:100000:65536\n', { newuidmap: '/bin/newuidmap' })).to.deep.equal(own);
    });
  });
});
