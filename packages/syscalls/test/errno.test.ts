import { constants } from 'node:os';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { errnoName, errnoNumber, errnoText } from '@standpipe/syscalls';

describe('errno', () => {
  it('has names, given positive or negative', () => {
    expect(errnoName(2)).to.equal('ENOENT');
    expect(errnoName(-133)).to.equal('EHWPOISON');
    expect(errnoName(41)).to.equal('E41');
    expect(errnoName(4000)).to.equal('E4000');
  });

  it('has texts in lower case, but for names within them', () => {
    expect(errnoText(2)).to.equal('no such file or directory');
    expect(errnoText(1)).to.equal('operation not permitted');
    expect(errnoText(5)).to.equal('input/output error');
    expect(errnoText(73)).to.equal('RFS specific error');
    expect(errnoText(132)).to.equal('operation not possible due to RF-kill');
    expect(errnoText(58)).to.equal('errno 58');
  });

  it('agrees with every number that Node knows', () => {
    for (const [name, number] of Object.entries(constants.errno)) expect(errnoNumber(name), name).to.equal(number);
  });

  it('knows second names, and no others', () => {
    expect(errnoNumber('EWOULDBLOCK')).to.equal(11);
    expect(errnoNumber('ENOTSUP')).to.equal(errnoNumber('EOPNOTSUPP'));
    expect(errnoNumber('ENOPE')).to.equal(undefined);
  });

  it('goes there and back for all', () => {
    for (let errno = 1; errno <= 133; errno++) {
      if (errno !== 41 && errno !== 58) expect(errnoNumber(errnoName(errno))).to.equal(errno);
    }
  });
});
