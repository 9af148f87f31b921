import type { Probe } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probeCapabilities } from '../src/index.js';

const status = (bounding: string): string =>
  ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}:\t${set === 'Bnd' ? bounding : '0000000000000000'}\n`).join('');
/** What is found with these files. */
const probe = ({ uid, status: text, lastCap }: { uid: number; status: string | undefined; lastCap: string | undefined }): Probe[] =>
  probeCapabilities({ uid, readText: (path) => (path === '/proc/self/status' ? text : lastCap) });
const all = '000001ffffffffff';

describe('probeCapabilities', () => {
  it('says yes where nothing is missing', () => {
    expect(probe({ uid: 0, status: status(all), lastCap: '40\n' }).map(({ outcome }) => outcome)).to.deep.equal(['yes']);
  });

  it('names each one that is missing, with what it means', () => {
    const found = probe({ uid: 0, status: status('000001fffeffffff'), lastCap: '40\n' });
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.include({ what: 'CAP_SYS_RESOURCE', outcome: 'no', essential: false });
    expect(found[0]?.found).to.match(/^limits can not be raised/);
    expect(probe({ uid: 0, status: status('000001ffffdfffff'), lastCap: '40\n' })[0]).to.include({
      what: 'CAP_SYS_ADMIN',
      essential: true,
    });
  });

  it('does not miss what the kernel does not have', () => {
    expect(probe({ uid: 0, status: status('0000003fffffffff'), lastCap: '37\n' }).map(({ outcome }) => outcome)).to.deep.equal(['yes']);
  });

  it('tells of capabilities that came after this package', () => {
    expect(probe({ uid: 1000, status: undefined, lastCap: '42\n' })).to.have.lengthOf(1);
    expect(probe({ uid: 1000, status: undefined, lastCap: '40\n' })).to.deep.equal([]);
  });

  it('says so when it can not tell', () => {
    expect(probe({ uid: 0, status: undefined, lastCap: undefined })[0]?.outcome).to.equal('unknown');
  });
});
