import { constants } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { O, openFlags } from '@standpipe/syscalls';

describe('open flags', () => {
  it('of this machine agree with those that Node knows', () => {
    for (const name of [
      'RDONLY',
      'WRONLY',
      'RDWR',
      'CREAT',
      'EXCL',
      'NOCTTY',
      'TRUNC',
      'APPEND',
      'DIRECTORY',
      'NOATIME',
      'NOFOLLOW',
      'SYNC',
      'DSYNC',
      'DIRECT',
      'NONBLOCK',
    ] as const) {
      expect(O[name], name).to.equal(constants[`O_${name}`]);
    }
  });

  it('differ where the kernel has them differ', () => {
    expect(openFlags('x64')).to.include({ DIRECT: 0x4000, LARGEFILE: 0x8000, DIRECTORY: 0x10000, NOFOLLOW: 0x20000, TMPFILE: 0x410000 });
    expect(openFlags('arm64')).to.include({ DIRECTORY: 0x4000, NOFOLLOW: 0x8000, DIRECT: 0x10000, LARGEFILE: 0x20000, TMPFILE: 0x404000 });
    expect(openFlags('ppc64le')).to.include({
      DIRECTORY: 0x4000,
      NOFOLLOW: 0x8000,
      LARGEFILE: 0x10000,
      DIRECT: 0x20000,
      TMPFILE: 0x404000,
    });
    expect(openFlags('s390x')).to.deep.equal(openFlags('x64'));
    expect(openFlags('riscv64')).to.deep.equal(openFlags('x64'));
  });
});
