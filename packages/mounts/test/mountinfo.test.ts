import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseMountinfo } from '../src/index.js';

describe('parseMountinfo', () => {
  it('takes a line apart', () => {
    expect(
      parseMountinfo('36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue\n'),
    ).to.deep.equal([
      {
        id: 36,
        parent: 35,
        major: 98,
        minor: 0,
        root: '/mnt1',
        mountPoint: '/mnt2',
        options: ['rw', 'noatime'],
        propagation: ['master:1', 'propagate_from:2'],
        type: 'ext3',
        source: '/dev/root',
        superOptions: ['rw', 'errors=continue'],
      },
    ]);
  });

  it('makes escaped characters whole, those of more than one byte too', () => {
    const [entry] = parseMountinfo('1 2 0:3 /a\\040b /tab\\011nl\\012bs\\134oct\\134040\\303\\244ä rw - fuse.x source\\040x rw');
    expect(entry?.root).to.equal('/a b');
    expect(entry?.mountPoint).to.equal('/tab\tnl\nbs\\oct\\040ää');
    expect(entry?.source).to.equal('source x');
    expect(entry?.propagation).to.deep.equal([]);
  });

  it('is not misled by a root or mount point that is a dash', () => {
    expect(parseMountinfo('1 2 0:3 - - rw shared:4 - tmpfs - rw')[0]).to.include({
      root: '-',
      mountPoint: '-',
      type: 'tmpfs',
      source: '-',
    });
  });

  it('leaves out what is no line of it', () => {
    expect(parseMountinfo('\nnonsense\n1 2 3 /a /b rw - t s o\n1 2 0:3 /a /b rw shared:1\n')).to.deep.equal([]);
  });

  it('reads this machine', function () {
    if (process.platform !== 'linux') this.skip();
    const text = readFileSync('/proc/self/mountinfo', 'utf8');
    const entries = parseMountinfo(text);
    expect(entries).to.have.length(text.trim().split('\n').length);
    expect(entries.some(({ mountPoint, type }) => mountPoint === '/proc' && type === 'proc')).to.equal(true);
  });
});
