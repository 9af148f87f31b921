import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probeOps, raise, sys, tryOps } from '../src/index.js';

const rest = { group: 'tests', what: 'something' };
/** No kernel has a call that closes an fd of this number. */
const badFd = sys('close', [1 << 20]);

describe('tryOps', () => {
  leaveNothing();

  it('does them, in a process that ends with them', () => {
    expect(tryOps([sys('chdir', ['/proc']), sys('umask', [0])])).to.deep.equal({ done: true, errno: undefined });
    expect(process.cwd()).not.to.equal('/proc');
  });

  it('tells which errno came', () => {
    expect(tryOps([sys('chdir', ['/nowhere-at-all'])])).to.deep.equal({ done: false, errno: 'ENOENT' });
    expect(tryOps([badFd])).to.deep.equal({ done: false, errno: 'EBADF' });
    expect(tryOps([raise('no', { errno: 95 })])).to.deep.equal({ done: false, errno: 'EOPNOTSUPP' });
  });
});

describe('probeOps', () => {
  it('says yes to what is done, and to an errno that only a kernel gives that knows the call', () => {
    expect(probeOps({ ...rest, essential: true, ops: [] })).to.deep.equal({ ...rest, essential: true, outcome: 'yes' });
    expect(probeOps({ ...rest, known: ['EBADF'], ops: [badFd] })).to.deep.equal({ ...rest, outcome: 'yes' });
  });

  it('says no to what the kernel has not heard of, with what to change', () => {
    const unheardOf = raise('no', { errno: 38 });
    expect(probeOps({ ...rest, kernel: '9.9', ops: [unheardOf] })).to.deep.equal({
      ...rest,
      outcome: 'no',
      found: 'the kernel says ENOSYS',
      fix: 'needs Linux 9.9 or newer',
    });
    expect(probeOps({ ...rest, kernel: '9.9', fix: 'load it', ops: [unheardOf] }).fix).to.equal('load it');
  });

  it('does not take a refusal for an answer', () => {
    expect(probeOps({ ...rest, kernel: '9.9', ops: [raise('no', { errno: 1 })] })).to.deep.equal({
      ...rest,
      outcome: 'unknown',
      found: 'the kernel says EPERM',
      fix: undefined,
    });
  });
});
