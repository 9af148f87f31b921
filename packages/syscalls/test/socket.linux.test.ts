import {
  AF,
  bind,
  connect,
  MSG,
  openPort,
  OwnedFd,
  recvfrom,
  sendto,
  setsockopt,
  SOCK,
  socket,
  type SyscallPort,
} from '@standpipe/syscalls';
import { withoutFdLeaks } from '@standpipe/syscalls/testing';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { skip } from './needs.js';

/** An abstract Unix address: a NUL, then the name. */
const address = (name: string): Uint8Array => new Uint8Array([AF.UNIX, 0, 0, ...Buffer.from(name)]);

describe('sockets', () => {
  let port: SyscallPort;
  const make = (type: number): OwnedFd => new OwnedFd(port, socket(port, AF.UNIX, type | SOCK.CLOEXEC, 0));

  before(function () {
    if (process.platform !== 'linux') skip(this, 'needs Linux');
    port = openPort();
  });

  it('carry datagrams, and say whom from and how long they were', () =>
    withoutFdLeaks(() => {
      const [mine, theirs] = [address(`standpipe-${process.pid}-a`), address(`standpipe-${process.pid}-b`)];
      using one = make(SOCK.DGRAM);
      using other = make(SOCK.DGRAM);
      bind(port, one.fd, mine);
      bind(port, other.fd, theirs);
      expect(sendto(port, one.fd, Buffer.from('first'), 0, theirs)).to.equal(5);
      connect(port, one.fd, theirs);
      expect(sendto(port, one.fd, Buffer.from('second'), MSG.NOSIGNAL)).to.equal(6);

      const buffer = Buffer.alloc(8);
      const from = new Uint8Array(mine.length);
      expect(recvfrom(port, other.fd, buffer, 0, from)).to.equal(5);
      expect(buffer.toString('utf8', 0, 5)).to.equal('first');
      expect([...from]).to.deep.equal([...mine]);
      expect(recvfrom(port, other.fd, buffer.subarray(0, 2), MSG.TRUNC)).to.equal(6);
      expect(() => recvfrom(port, other.fd, buffer, MSG.DONTWAIT)).to.throw('EAGAIN');
    }));

  it('say what was refused', () =>
    withoutFdLeaks(() => {
      using one = make(SOCK.STREAM);
      expect(() => socket(port, 46, 1, 0)).to.throw('EAFNOSUPPORT');
      expect(() => {
        connect(port, one.fd, address(`standpipe-${process.pid}-nobody`));
      }).to.throw('ECONNREFUSED');
      expect(() => {
        setsockopt(port, one.fd, 1, 9999, 1);
      }).to.throw('setsockopt(');
      expect(() => sendto(port, one.fd, new Uint8Array(1), MSG.NOSIGNAL)).to.throw('ENOTCONN');
    }));
});
