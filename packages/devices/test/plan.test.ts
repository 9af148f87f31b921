import { type Op, reg } from '@standpipe/program';
import { makedev } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { deviceNumber, planDevices } from '../src/index.js';

const root = reg('root');

/** The system calls of a run in which nothing fails, with branches never taken: the way through a fresh /dev. */
function straight(ops: readonly Op[]): string[] {
  const calls: string[] = [];
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i];
    if (op?.op === 'syscall')
      calls.push([op.name, op.args.filter((arg) => typeof arg === 'string').findLast((arg) => arg !== '') ?? ''].join(' ').trim());
    if (op?.op === 'jump') {
      const { to } = op;
      i = ops.findIndex((other) => other.op === 'label' && other.label === to);
    }
  }
  return calls;
}

describe('planDevices', () => {
  it('makes the default nodes and links with one call each', () => {
    expect(straight(planDevices([], { root, inUserNamespace: false }))).to.deep.equal([
      'openat2 dev',
      'umask',
      'mknodat null',
      'mknodat zero',
      'mknodat full',
      'mknodat random',
      'mknodat urandom',
      'mknodat tty',
      'symlinkat fd',
      'symlinkat stdin',
      'symlinkat stdout',
      'symlinkat stderr',
      'faccessat /proc/kcore',
      'symlinkat core',
      'symlinkat ptmx',
      'umask',
      'close',
    ]);
  });

  it('lets a declared device take the place of a default one', () => {
    const ops = planDevices([{ type: 'c', path: '/dev/null', major: 1, minor: 3, fileMode: 0o600 }], { root, inUserNamespace: false });
    const nulls = ops
      .filter((op) => op.op === 'syscall')
      .filter(({ name, args }) => name === 'mknodat' && args[1] === 'null' && args[3] === deviceNumber(1, 3));
    expect(nulls.map(({ pointer }) => pointer)).to.deep.equal(['/linux/devices/0']);
  });

  it('binds instead of making in a user namespace, but for fifos', () => {
    const calls = straight(planDevices([{ type: 'p', path: '/dev/pipe' }], { root, inUserNamespace: true }));
    expect(calls.filter((call) => call.startsWith('open_tree'))).to.have.length(6);
    expect(calls).to.include('mknodat pipe');
  });

  for (const mount of [
    { destination: '/dev', type: 'bind' },
    { destination: '/dev/', options: ['rbind', 'ro'] },
    { destination: 'dev', options: ['bind'] },
  ]) {
    it(`does nothing with ${JSON.stringify(mount)}, but still checks what is declared`, () => {
      expect(planDevices([], { root, inUserNamespace: false, mounts: [mount] })).to.deep.equal([]);
      expect(() => planDevices([{ type: '?', path: '/dev/x' }], { root, inUserNamespace: false, mounts: [mount] })).to.throw(
        'unknown type',
      );
    });
  }

  it('leaves out the default ones at whose path something is mounted', () => {
    const mounts = [
      { destination: '/dev', type: 'tmpfs' },
      ...['/dev/urandom', '/dev/./ptmx', '/dev/fuse'].map((destination) => ({ destination, type: 'bind' })),
    ];
    const devices = [{ type: 'c', path: '/dev/fuse', major: 10, minor: 229 }];
    for (const inUserNamespace of [false, true]) {
      const calls = straight(planDevices(devices, { root, inUserNamespace, mounts }));
      expect(calls.filter((call) => /urandom|ptmx/.test(call))).to.deep.equal([]);
      expect(calls).to.include('mknodat random').and.to.include('mknodat fuse').and.to.include('symlinkat fd');
    }
  });

  it('says for every op that can fail what is attempted', () => {
    const devices = [
      { type: 'c', path: '/a/b', major: 1, minor: 3, uid: 7 },
      { type: 'p', path: '/dev/pipe' },
    ];
    for (const inUserNamespace of [false, true]) {
      const silent = planDevices(devices, { root, inUserNamespace }).filter(
        (op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any' && op.name !== 'umask',
      );
      expect(silent).to.deep.equal([]);
    }
  });
});

describe('deviceNumber', () => {
  it('is the kernel encoding', () => {
    for (const [major, minor] of [
      [1, 3],
      [5, 2],
      [259, 1048575],
      [4095, 256],
    ] as const)
      expect(deviceNumber(major, minor)).to.equal(makedev(major, minor));
  });
});
