import { SpecError } from '@standpipe/errors';
import { disassemble, type Op, reg } from '@standpipe/program';
import { programOfOps } from '@standpipe/program/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { blockSignals, connectConsoleSocket, planConsole, planRelay, planSupervise, planTerminal, unblockSignals } from '../src/index.js';

const regs = { master: reg('master'), peer: reg('peer'), pidfd: reg('pidfd'), code: reg('code') };

/** The system calls as strace would show them, without what becomes of their errors. */
function shown(ops: readonly Op[]): string[] {
  const text = disassemble(programOfOps(ops), { origins: false });
  const lines = text.slice(0, text.indexOf('exit_group(0)')).split('\n');
  return lines.flatMap((line) => /^ +\d+ ((\w+ = )?\w+\(.*\))/.exec(line)?.[1]?.replace(/, unless .*|: goto .*/, '') ?? []);
}

describe('planConsole', () => {
  const root = reg('root');

  it('opens the terminal, and binds it, by no path of its own', () => {
    const { open, attach } = planConsole({ root, uid: 5, consoleSize: { height: 24, width: 80 } }, regs);
    expect(shown(open)).to.deep.equal([
      'devpts = openat2(root, "dev/pts", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)',
      'fstatfs(devpts, &statfs)',
      'master = openat2(devpts, "ptmx", {flags=O_RDWR|O_NOCTTY|O_CLOEXEC, resolve=RESOLVE_NO_XDEV|RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH}, 24)',
      'close(devpts)',
      'statx(master, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &statx)',
      'ioctl(master, TIOCSPTLCK, &unlock)',
      'peer = ioctl(master, TIOCGPTPEER, 524546)',
      'ioctl(master, TIOCSWINSZ, {ws_row=24, ws_col=80})',
      'fchownat(peer, "", 5, -1, AT_EMPTY_PATH)',
      'dev = openat2(root, "dev", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)',
      'mknodat(dev, "console", S_IFREG|0620, 0)',
      'console = openat(dev, "console", O_CLOEXEC|O_PATH|O_NOFOLLOW)',
      'statx(console, "", AT_EMPTY_PATH, STATX_TYPE, &statx.2)',
      'terminal_mount = open_tree(peer, "", AT_EMPTY_PATH|OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)',
      'move_mount(terminal_mount, "", console, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)',
      'close(terminal_mount)',
      'close(console)',
      'close(dev)',
    ]);
    expect(shown(attach)).to.deep.equal([
      'ioctl(peer, TIOCSCTTY, 0)',
      'dup3(peer, 0, O_RDONLY)',
      'dup3(peer, 1, O_RDONLY)',
      'dup3(peer, 2, O_RDONLY)',
      'close(peer)',
    ]);
  });

  it("is opened in the container's own root where the process has joined it, and leaves /dev/console to others", () => {
    const lines = shown(planConsole({ consoleSize: { height: 24, width: 80 } }, regs).open);
    expect(lines.slice(0, 2)).to.deep.equal([
      'root = openat(AT_FDCWD, "/", O_CLOEXEC|O_PATH|O_DIRECTORY)',
      'devpts = openat2(root, "dev/pts", {flags=O_CLOEXEC|O_PATH|O_DIRECTORY, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}, 24)',
    ]);
    expect(lines.at(-1)).to.equal('close(root)');
    expect(lines.join()).not.to.match(/console|move_mount/);
  });

  it('has no size set where one is asked for that has a 0', () => {
    for (const consoleSize of [
      { height: 0, width: 0 },
      { height: 1, width: 0 },
    ]) {
      const sizes = shown(planConsole({ root, consoleSize }, regs).open).filter((line) => line.includes('WINSZ'));
      expect(sizes.map((line) => line.split(', ')[0])).to.deep.equal(['ioctl(0', 'ioctl(1', 'ioctl(2', 'ioctl(master']);
    }
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

describe('planSupervise', () => {
  it('looks after the process first: it may have ended already', () => {
    const ops = planSupervise(regs);
    expect(shown(ops)).to.deep.equal([
      'signal = rt_sigtimedwait(~[], NULL, NULL, 8)',
      'pidfd_send_signal(pidfd, signal, NULL, 0)',
      'waitid(P_PIDFD, pidfd, &siginfo, WNOHANG|WEXITED, NULL)',
    ]);
    expect(ops[1]).to.deep.include({ op: 'jump' }).and.to.have.nested.property('to.name', 'look after the process');
  });
});

describe('planTerminal', () => {
  const all = { ...regs, root: reg('root') };

  it('without a terminal: a session, and someone who waits', () => {
    const plan = planTerminal({}, {}, all);
    expect({ ...plan, stay: shown(plan.stay) }).to.deep.equal({
      connect: [],
      host: [],
      container: [{ op: 'syscall', name: 'setsid', args: [], say: 'begin a session of its own' }],
      open: [],
      attach: [],
      stay: shown(planSupervise(regs)),
    });
    expect(planTerminal({}, { detach: true }, all).stay).to.deep.equal([]);
  });

  it('with one: a socket pair of which each half closes one end', () => {
    const { connect, host, container, open } = planTerminal({ terminal: true }, {}, all);
    expect(shown([...connect, ...host, ...container])).to.deep.equal([
      'socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0, &console_channel)',
      'close(console_channel_of_the_container)',
      'close(console_channel_of_the_host)',
      'setsid()',
    ]);
    expect(
      shown(open)
        .slice(-3)
        .map((line) => line.split(', ')[0]),
    ).to.deep.equal(['sendmsg(console_channel_of_the_container', 'close(terminal_master)', 'close(console_channel_of_the_container)']);
  });

  it('with a console socket: connects to it, and does not relay', () => {
    const { connect, stay } = planTerminal({ terminal: true }, { consoleSocket: '/s' }, all);
    expect(shown(connect).map((line) => line.split(', ')[0])).to.deep.equal([
      'console_channel_of_the_container = socket(AF_UNIX',
      'connect(console_channel_of_the_container',
    ]);
    expect(shown(stay)).to.deep.equal(shown(planSupervise(regs)));
  });

  it('refuses a terminal that nobody would get, and a socket that would get none', () => {
    expect(() => planTerminal({ terminal: true }, { detach: true }, all))
      .to.throw()
      .with.property('code', 'CONSOLE_SOCKET_NEEDED');
    expect(() => planTerminal({}, { consoleSocket: '/s' }, all))
      .to.throw()
      .with.property('code', 'CONSOLE_SOCKET_UNUSED');
  });
});

describe('every op that can fail', () => {
  it('says what is attempted', () => {
    const plans = [
      ...[{}, { terminal: true, user: { uid: 1 } }].map((process) => planTerminal(process, {}, { ...regs, root: reg('root') })),
      planTerminal({ terminal: true }, { consoleSocket: '/s' }, { ...regs, root: reg('root') }),
    ];
    for (const ops of [...plans.flatMap((plan) => Object.values(plan) as Op[][]), planRelay(regs), blockSignals(), unblockSignals()]) {
      expect(ops.filter((op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any')).to.deep.equal([]);
    }
  });
});
