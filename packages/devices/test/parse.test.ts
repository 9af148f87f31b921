import { SpecError } from '@standpipe/errors';
import { S_IFBLK, S_IFCHR, S_IFIFO } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type LinuxDevice, parseDevices } from '../src/index.js';

function issuesOf(devices: readonly LinuxDevice[], pointer?: string): string[] {
  try {
    parseDevices(devices, pointer);
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map((issue) => `${issue.pointer}: ${issue.message}`);
    throw error;
  }
  return [];
}

describe('parseDevices', () => {
  it('fills in what is left out and keeps what is said', () => {
    expect(
      parseDevices([
        { type: 'c', path: '/dev/fuse', major: 10, minor: 229 },
        { type: 'u', path: '/dev//a/./b/', major: 1, minor: 2, fileMode: 0o020640, uid: 5, gid: 6 },
        { type: 'b', path: '/dev/sda', major: 8, minor: 0 },
        { type: 'p', path: '/dev/pipe', major: -1, minor: -1 },
      ]),
    ).to.deep.equal([
      { path: '/dev/fuse', type: S_IFCHR, major: 10, minor: 229, mode: 0o666, uid: 0, gid: 0, pointer: '/linux/devices/0' },
      { path: '/dev/a/b', type: S_IFCHR, major: 1, minor: 2, mode: 0o640, uid: 5, gid: 6, pointer: '/linux/devices/1' },
      { path: '/dev/sda', type: S_IFBLK, major: 8, minor: 0, mode: 0o666, uid: 0, gid: 0, pointer: '/linux/devices/2' },
      { path: '/dev/pipe', type: S_IFIFO, major: 0, minor: 0, mode: 0o666, uid: 0, gid: 0, pointer: '/linux/devices/3' },
    ]);
  });

  it('leaves out /dev/ptmx, which is a link to the own devpts', () => {
    expect(parseDevices([{ type: 'c', path: '/dev/./ptmx', major: 5, minor: 2 }])).to.deep.equal([]);
  });

  it('gathers every issue with its pointer', () => {
    expect(
      issuesOf(
        [
          { type: 'x', path: 'dev/a', major: 4096, minor: 1048576 },
          { type: 'toString', path: '/', major: 1.5, minor: -1, fileMode: -1, uid: 2 ** 32, gid: Number.NaN },
          { type: 'c', path: `/dev/${'n'.repeat(256)}`, major: 1, minor: 3 },
          { type: 'c', path: '/dev/a\0b', major: 1, minor: 3 },
        ],
        '/devices',
      ).map((line) => line.split(':')[0]),
    ).to.deep.equal([
      '/devices/0/type',
      '/devices/0/path',
      '/devices/0/major',
      '/devices/0/minor',
      '/devices/1/type',
      '/devices/1/path',
      '/devices/1/major',
      '/devices/1/minor',
      '/devices/1/fileMode',
      '/devices/1/uid',
      '/devices/1/gid',
      '/devices/2/path',
      '/devices/3/path',
    ]);
  });
});
