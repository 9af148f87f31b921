import type { Process } from '@standpipe/oci-spec';
import type { CreateContext, CreateSettings } from '@standpipe/runtime-api';
import { planCreate, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { terminalPlugin } from '../src/index.js';

const base: Process = { cwd: '/', args: ['sh'], user: { uid: 7, gid: 8 } };

async function plan(process: Partial<Process> = {}, settings: Partial<CreateSettings> = {}): Promise<CreateContext> {
  return planCreate(terminalPlugin, { spec: { process: { ...base, ...process } }, settings });
}

/** The system calls of each step in one half. */
function steps({ program }: CreateContext, half: 'host' | 'container'): Record<string, string[]> {
  const fragments = program.source().sections.find(({ name }) => name === half)?.fragments ?? [];
  const calls: Record<string, string[]> = {};
  for (const { origin, ops } of fragments)
    (calls[origin.step] ??= []).push(...ops.filter((op) => op.op === 'syscall').map(({ name }) => name));
  return calls;
}

describe('the terminal plugin', () => {
  it('without a terminal: holds signals back, begins a session, and stays until the process has ended', async () => {
    const context = await plan();
    const host = steps(context, 'host');
    expect(Object.keys(host)).to.deep.equal(['signals.hold', 'terminal.supervise']);
    expect(host['terminal.supervise']).to.include('rt_sigtimedwait').and.to.include('waitid');
    expect(steps(context, 'container')).to.deep.equal({ 'session.begin': ['setsid'], 'signals.release': ['rt_sigprocmask'] });
  });

  it('with a terminal: makes it inside, brings it out, and relays', async () => {
    const context = await plan({ terminal: true });
    const host = steps(context, 'host');
    expect(Object.keys(host)).to.deep.equal(['signals.hold', 'terminal.connect', 'session.begin', 'terminal.supervise']);
    expect(host['terminal.connect']).to.deep.equal(['socketpair']);
    expect(host['session.begin']).to.deep.equal(['close']);
    expect(host['terminal.supervise']).to.include('recvmsg').and.to.include('ppoll');
    const container = steps(context, 'container');
    expect(Object.keys(container)).to.deep.equal(['session.begin', 'terminal.open', 'terminal.attach', 'signals.release']);
    expect(container['terminal.open']?.slice(-3)).to.deep.equal(['sendmsg', 'close', 'close']);
    expect(container['terminal.attach']).to.deep.equal(['ioctl', 'dup3', 'dup3', 'dup3', 'close']);
  });

  it('gives the terminal to the user and the size that is asked for', async () => {
    const { program } = await plan({ terminal: true, consoleSize: { height: 3, width: 4 } });
    const ops = program.source().sections.flatMap(({ fragments }) => fragments.flatMap((fragment) => fragment.ops));
    expect(ops.find((op) => op.op === 'syscall' && op.name === 'fchownat')).to.deep.include({ say: 'give the terminal to user 7' });
    const sizes = ops.filter((op) => op.op === 'syscall' && op.pointer === '/process/consoleSize');
    expect(sizes).to.have.length(1);
  });

  it('sends it to the console socket, and then leaves or only supervises', async () => {
    const settings = { consoleSocket: '/run/console.sock' };
    const left = await plan({ terminal: true }, { ...settings, detach: true });
    expect(steps(left, 'host')).to.deep.equal({
      'signals.hold': ['rt_sigprocmask'],
      'terminal.connect': ['socket', 'connect'],
      'session.begin': ['close'],
    });
    expect(steps(left, 'container')['terminal.open']).to.include('sendmsg');
    const stayed = await plan({ terminal: true }, settings);
    expect(steps(stayed, 'host')['terminal.supervise']).to.include('rt_sigtimedwait').and.not.to.include('recvmsg');
  });

  it('does not stay with a detached container', async () => {
    expect(Object.keys(steps(await plan({}, { detach: true }), 'host'))).to.deep.equal(['signals.hold']);
  });

  for (const [what, process, settings, code] of [
    ['a detached container with a terminal and nowhere to send it', { terminal: true }, { detach: true }, 'CONSOLE_SOCKET_NEEDED'],
    ['a console socket without a terminal', {}, { consoleSocket: '/run/console.sock' }, 'CONSOLE_SOCKET_UNUSED'],
    ['a console socket with too long a path', { terminal: true }, { consoleSocket: `/${'x'.repeat(108)}` }, 'CONSOLE_SOCKET_INVALID'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error: unknown = await plan(process, settings).catch((thrown: unknown) => thrown);
      expect(error).to.have.nested.property('cause.code', code);
    });
  }

  it("makes what is executed a terminal in the container's own root, and binds it nowhere", async () => {
    const context = await planExec(terminalPlugin, { process: { ...base, terminal: true } });
    const open = steps(context, 'container')['terminal.open'];
    expect(open?.[0]).to.equal('openat');
    expect(open).not.to.include('move_mount');
    expect(Object.keys(steps(context, 'host'))).to.deep.equal(['signals.hold', 'terminal.connect', 'session.begin', 'terminal.supervise']);
  });
});
