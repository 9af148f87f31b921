import { SpecError } from '@standpipe/errors';
import { type Op, reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { connectConsoleSocket, planConsole, planRelay, planSupervise } from '../src/index.js';

const regs = { master: reg('master'), peer: reg('peer'), pidfd: reg('pidfd'), code: reg('code') };
const calls = (ops: readonly Op[]): string[] => ops.filter((op) => op.op === 'syscall').map(({ name }) => name);

describe('planConsole', () => {
  const root = reg('root');

  it('never opens the terminal by a path', () => {
    const { open } = planConsole({ root, consoleSize: { height: 1, width: 2 } }, regs);
    expect(calls(open)).to.deep.equal([
      'openat2',
      'fstatfs',
      'openat2',
      'close',
      'statx',
      'ioctl',
      'ioctl',
      'ioctl',
      'openat2',
      'mknodat',
      'openat',
      'statx',
      'open_tree',
      'move_mount',
      'close',
      'close',
      'close',
    ]);
  });

  it('points into the config', () => {
    const { open, attach } = planConsole({ root, uid: 5, pointer: '/p' }, regs);
    const pointers = [...open, ...attach]
      .filter((op) => op.op === 'syscall' && op.say !== undefined)
      .map((op) => (op.op === 'syscall' ? op.pointer : undefined));
    expect([...new Set(pointers)]).to.have.members(['/p/consoleSize', '/p/terminal']);
  });

  for (const [field, size] of [
    ['height', { height: 65536, width: 1 }],
    ['width', { height: 1, width: -1 }],
    ['width', { height: 1, width: 1.5 }],
  ] as const) {
    it(`refuses the ${field} of ${JSON.stringify(size)}`, () => {
      try {
        planConsole({ root, consoleSize: size }, regs);
      } catch (error) {
        expect(SpecError.is(error) && error.issues.map(({ pointer }) => pointer)).to.deep.equal([`/process/consoleSize/${field}`]);
        return;
      }
      expect.fail('was accepted');
    });
  }
});

describe('connectConsoleSocket', () => {
  it('refuses what no socket address can hold', () => {
    for (const path of ['', 'x'.repeat(108), '/a\0b', 'ü'.repeat(54)]) {
      expect(() => connectConsoleSocket(path, reg('socket')))
        .to.throw('console socket')
        .with.property('code', 'CONSOLE_SOCKET_INVALID');
    }
    expect(connectConsoleSocket('x'.repeat(107), reg('socket'))).to.have.length(2);
  });
});

describe('every op that can fail', () => {
  it('says what is attempted', () => {
    const { open, attach } = planConsole({ root: reg('root'), uid: 1 }, regs);
    for (const ops of [open, attach, planRelay(regs), planSupervise(regs)]) {
      expect(ops.filter((op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any')).to.deep.equal([]);
    }
  });
});
