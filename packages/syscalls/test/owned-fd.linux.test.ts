import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { close, memfdCreate, MFD, openFds, openPort, OwnedFd, type SyscallPort } from '@standpipe/syscalls';
import { recordingPort, withoutFdLeaks } from '@standpipe/syscalls/testing';
import { skip } from './needs.js';

describe('OwnedFd', () => {
  it('closes once, however often it is told', () => {
    const port = recordingPort();
    const owned = new OwnedFd(port, 7);
    {
      using same = owned;
      expect(same.fd).to.equal(7);
    }
    owned.close();
    expect(port.transcript).to.deep.equal(['close(7) = 0']);
    expect(owned.closed).to.equal(true);
    expect(() => owned.fd)
      .to.throw('was closed or given away')
      .with.property('code', 'FD_CLOSED');
  });

  it('does not close what it gave away', () => {
    const port = recordingPort();
    const owned = new OwnedFd(port, 7);
    expect(owned.release()).to.equal(7);
    owned.close();
    expect(port.calls).to.have.length(0);
  });

  it('is done with its fd even where close(2) fails', () => {
    const port = recordingPort({ close: -5 });
    const owned = new OwnedFd(port, 7);
    expect(() => owned.close()).to.throw('close(7) = EIO');
    owned.close();
    expect(port.calls).to.have.length(1);
  });

  it('takes EINTR of close(2) for closed', () => {
    const port = recordingPort({ close: -4 });
    new OwnedFd(port, 7).close();
    expect(port.calls).to.have.length(1);
  });
});

describe('open fds', () => {
  let port: SyscallPort;
  before(function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    port = openPort();
  });

  it('are listed without the one used to look', () => {
    const before = openFds();
    using made = new OwnedFd(port, memfdCreate(port, 'seen', MFD.CLOEXEC));
    const after = openFds();
    expect(after.get(made.fd)).to.equal('/memfd:seen (deleted)');
    after.delete(made.fd);
    expect(after).to.deep.equal(before);
  });

  it('that are left behind are reported', () => {
    let fd = -1;
    expect(() =>
      withoutFdLeaks(() => {
        fd = memfdCreate(port, 'forgotten', MFD.CLOEXEC);
      }),
    ).to.throw('/memfd:forgotten');
    close(port, fd);
  });
});
