import { spawn } from 'node:child_process';
import { fstatSync, mkdtempSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type Op, sys } from '@standpipe/program';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { startContainer } from './container.js';
import { planRelay } from '../src/index.js';
import { Pty } from './pty.js';

const fine = { code: 0, signal: null, stdout: '', stderr: '' };

describe('terminals on Linux', () => {
  before(function () {
    needsRoot(this);
  });
  leaveNothing();

  const onPty = (
    pty: Pty,
    script: string,
    settings: Partial<Parameters<typeof startContainer>[0]> = {},
  ): ReturnType<typeof startContainer> =>
    startContainer({ script, stdio: [pty.peer, pty.peer, pty.peer], wrapper: ['setsid', '-c', '-w'], ...settings });

  it('carries bytes both ways and gives the exit code', async () => {
    using pty = new Pty();
    const { ended } = onPty(pty, 'echo ready; read line; echo "got $line"; exit 7');
    await pty.until(/ready/);
    pty.type('hello\r');
    expect(await ended).to.deep.equal({ ...fine, code: 7 });
    expect(pty.output).to.equal('ready\r\nhello\r\ngot hello\r\n');
  });

  it('has the size from outside at the start and follows it', async () => {
    using pty = new Pty(31, 97);
    const { ended } = onPty(pty, 'trap "stty size; exit" WINCH; stty size; while :; do sleep 0.02; done');
    await pty.until(/^31 97\r\n/);
    pty.resize(40, 120);
    await pty.until(/40 120\r\n/);
    expect(await ended).to.deep.equal(fine);
  });

  it('has the size that is asked for', async () => {
    const { ended } = startContainer({
      script: 'stty size',
      console: { consoleSize: { height: 11, width: 22 } },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect((await ended).stdout).to.equal('11 22\r\n');
  });

  it('turns ^C into SIGINT inside, and no other process sees it', async () => {
    using pty = new Pty();
    const { ended } = onPty(pty, 'trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.02; done');
    await pty.until(/ready/);
    pty.type('\x03');
    expect(await ended).to.deep.equal({ ...fine, code: 3 });
    expect(pty.output).to.match(/interrupted/);
  });

  it('makes the outer terminal raw for as long as the container runs', async () => {
    using pty = new Pty();
    const usual = pty.termios();
    const { ended } = onPty(pty, 'echo ready; read line; exit 0');
    await pty.until(/ready/);
    expect(pty.termios()).not.to.equal(usual);
    pty.type('\r');
    await ended;
    expect(pty.termios()).to.equal(usual);
  });

  it('gives the outer terminal back when the container is killed, when it is asked to end, and when the relay fails', async () => {
    for (const how of ['kill', 'term', 'fail'] as const) {
      using pty = new Pty();
      const usual = pty.termios();
      const { child, ended } = onPty(
        pty,
        how === 'term'
          ? 'trap "exit 5" TERM; echo pid; while :; do sleep 0.02; done'
          : 'echo pid; kill -9 $$; while :; do sleep 0.02; done',
        {
          wrapper: [],
          ...(how === 'fail' ? { stay: failingRelay } : {}),
          ...(how === 'kill' ? { script: 'echo pid; exec sleep 60' } : {}),
        },
      );
      if (how !== 'fail') await pty.until(/pid/);
      if (how === 'kill') process.kill(onlyChildOf(child.pid), 'SIGKILL');
      if (how === 'term') child.kill('SIGTERM');
      expect((await ended).code).to.equal({ kill: 137, term: 5, fail: 99 }[how]);
      expect(pty.termios(), how).to.equal(usual);
    }
  });

  it('loses nothing of much output, even what was written last', async () => {
    using pty = new Pty();
    const { ended } = onPty(pty, 'seq 1 20000; printf end');
    expect(await ended).to.deep.equal(fine);
    const lines = pty.output.split('\r\n');
    expect(lines).to.have.length(20001);
    expect(lines.slice(-2)).to.deep.equal(['20000', 'end']);
  });

  it('does not lock up when much goes in and out at once', async function () {
    this.timeout(20_000);
    const { child, ended } = startContainer({ script: 'stty raw -echo; echo ready; head -c 1000000', stdio: ['pipe', 'pipe', 'pipe'] });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdin?.end(Buffer.alloc(1_000_000, 'x'));
    const { code, stdout } = await ended;
    expect(code).to.equal(0);
    expect(stdout.replace(/^ready\r?\n/, '')).to.have.length(1_000_000);
  });

  it('works without an outer terminal, and tells a reader of lines of the end of its input', async () => {
    const { child, ended } = startContainer({
      script: 'test -t 0 && test -t 1 && echo terminal; cat; echo over',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdin?.end('line\n');
    expect(await ended).to.deep.equal({ ...fine, stdout: 'terminal\r\nline\r\nline\r\nover\r\n' });
  });

  it('tells of the end of input in the middle of a line too', async () => {
    const { child, ended } = startContainer({ script: 'stty -echo; echo ready; cat; echo; echo over', stdio: ['pipe', 'pipe', 'pipe'] });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.stdin?.end('half a line');
    expect(await ended).to.deep.equal({ ...fine, stdout: 'ready\r\nhalf a line\r\nover\r\n' });
  });

  it('ends with closed standard streams', async () => {
    const { ended } = startContainer({
      script: 'seq 1 5000; exit 4',
      stdio: ['ignore', 'ignore', 'pipe'],
      wrapper: ['sh', '-c', 'exec "$0" <&- >&-'],
    });
    expect(await ended).to.deep.equal({ ...fine, code: 4 });
  });

  it('does not hold up a container whose output nobody takes', async () => {
    const { child, ended } = startContainer({ script: 'seq 1 50000; exit 6', stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.destroy();
    expect((await ended).code).to.equal(6);
  });

  it('survives that all close the terminal for a while', async () => {
    const { ended } = startContainer({
      script: 'exec <&- >&- 2>&-; sleep 0.3; exec <"$ROOT/dev/console" >"$ROOT/dev/console"; echo again',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(await ended).to.deep.equal({ ...fine, stdout: 'again\r\n' });
  });

  it('uses next to no processor time while nothing happens', async () => {
    using pty = new Pty();
    const { child, ended } = onPty(pty, 'echo ready; read line', { wrapper: [] });
    await pty.until(/ready/);
    const before = ticksOf(child.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ticksOf(child.pid) - before).to.be.below(3);
    pty.type('\r');
    await ended;
  });

  it('binds the terminal to /dev/console, and is its own devpts', async () => {
    const { ended } = startContainer({
      script:
        'test "$(stat -c %t:%T $ROOT/dev/console)" = "$(stat -Lc %t:%T /proc/self/fd/0)" && ls $ROOT/dev/pts && readlink /proc/self/fd/2 && echo hi >/dev/tty',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, stdout } = await ended;
    expect(code).to.equal(0);
    expect(stdout).to.match(/^0\r?\n?.*ptmx\r\n.*\/0\r\nhi\r\n$/s);
  });

  it('gives the terminal, and nothing else, to the user', async () => {
    using pty = new Pty();
    const { ended } = onPty(pty, 'stat -Lc %u:%g /proc/self/fd/0; stat -c %u /dev/null', { console: { uid: 1234 } });
    expect((await ended).code).to.equal(0);
    expect(pty.output).to.equal('1234:0\r\n0\r\n');
    expect(fstatSync(pty.peer).uid).to.equal(0);
  });

  it('works in a user namespace', async () => {
    const { ended } = startContainer({
      script: 'tty; stty size',
      console: { consoleSize: { height: 5, width: 6 } },
      stdio: ['ignore', 'pipe', 'pipe'],
      wrapper: ['unshare', '-Ur'],
    });
    expect(await ended)
      .to.deep.include({ code: 0, stderr: '' })
      .and.to.have.property('stdout')
      .that.matches(/5 6\r\n$/);
  });

  it('leaves a terminal alone while it is in the background, and takes it when it comes to the foreground', async () => {
    using pty = new Pty();
    const usual = pty.termios();
    // A shell that does job control, with the runtime as a job. Its "fg" sends no signal to a job that runs.
    const { ended } = onPty(pty, 'echo ready; read line; echo "got $line"', {
      wrapper: ['setsid', '-c', '-w', 'bash', '-c', 'set -m; "$0" & read line; echo "shell got $line"; fg >/dev/null; exit $?'],
    });
    await pty.until(/ready/);
    expect(pty.termios()).to.equal(usual);
    pty.type('first\r');
    await pty.until(/shell got first/);
    for (let i = 0; i < 400 && pty.termios() === usual; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pty.termios()).not.to.equal(usual);
    pty.type('second\r');
    expect((await ended).code).to.equal(0);
    expect(pty.output).to.match(/got second/);
    expect(pty.termios()).to.equal(usual);
  });

  it('is raw again when it goes on after a stop', async () => {
    using pty = new Pty();
    const usual = pty.termios();
    const raw = async (): Promise<void> => {
      for (let i = 0; i < 400 && pty.termios() === usual; i++) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(pty.termios()).not.to.equal(usual);
    };
    // What an interactive shell does when a job stops, and one that isn't leaves to us.
    const { child, ended } = onPty(pty, 'echo ready; read line; echo "got $line"', {
      wrapper: [
        'setsid',
        '-c',
        '-w',
        'bash',
        '-c',
        'usual=$(stty -g); set -m; "$0"; stty $usual; echo stopped; read line; fg >/dev/null; exit $?',
      ],
    });
    await pty.until(/ready/);
    await raw();
    process.kill(onlyChildOf(child.pid), 'SIGSTOP');
    await pty.until(/stopped/);
    expect(pty.termios()).to.equal(usual);
    pty.type('\r');
    await raw();
    pty.type('line\r');
    expect((await ended).code).to.equal(0);
    expect(pty.output).to.match(/got line/);
  });

  it('sends the terminal to a console socket', async function () {
    needs(this, 'python3');
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-console-'));
    try {
      const path = join(dir, 'console.sock');
      const receiver = spawn('python3', ['-c', receiveConsoleInPython, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      let received = '';
      receiver.stdout.setEncoding('utf8').on('data', (text: string) => (received += text));
      await new Promise((resolve) => receiver.stdout.once('data', resolve));
      const { ended } = startContainer({
        script: 'stty size; read line; echo "got $line"; exit 8',
        consoleSocket: path,
        console: { consoleSize: { height: 9, width: 10 } },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const closed = new Promise((resolve) => receiver.once('close', resolve));
      expect(await ended).to.deep.equal({ ...fine, code: 8 });
      await closed;
      expect(received).to.equal('listening\n/dev/pts/ptmx\n9 10\r\nhello\r\ngot hello\r\n');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('says which console socket is not there', async () => {
    const { ended } = startContainer({ script: 'true', consoleSocket: '/nowhere/console.sock', stdio: ['ignore', 'ignore', 'pipe'] });
    expect((await ended).stderr).to.match(/^connect to the console socket "\/nowhere\/console\.sock": no such file/i);
  });

  it('ends at once when asked again while nobody takes its last output', async () => {
    const { child, ended } = startContainer({
      script: 'stty -opost; head -c 2000000 /dev/zero; exit 2',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(child.exitCode).to.equal(null);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    process.kill(onlyChildOf(child.pid), 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGTERM');
    expect(await exited).to.equal(137);
    child.stdout?.resume();
    await ended;
  });

  it('passes signals on while nobody reads the outer terminal, or not enough', async () => {
    using pty = new Pty(24, 80, { read: false });
    const { child, ended } = onPty(pty, 'trap "exit 3" TERM; stty -opost; echo ready; seq 1 1000000 & wait', { wrapper: [] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    // Room for a part of what waits: now a write that may block would.
    for (let i = 0; i < 3; i++) readSync(pty.master, Buffer.alloc(1000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    // In a hurry: the rest of the output is not waited for.
    child.kill('SIGTERM');
    expect((await ended).code).to.equal(3);
  });

  describe('refuses', () => {
    const refused = async (prepare: (root: string) => Op[]): Promise<string> => {
      const { ended } = startContainer({ script: 'echo never', prepare, stdio: ['ignore', 'pipe', 'pipe'] });
      const { stderr, stdout } = await ended;
      expect(stdout).to.equal('');
      return stderr;
    };
    const umount = (root: string): Op => sys('umount2', [`${root}/dev/pts`, 2], { say: 'unmount' });

    it('a /dev/pts that is no devpts', async () => {
      expect(await refused((root) => [umount(root)])).to.match(/"\/dev\/pts" is not a devpts, which a terminal needs\n/);
    });

    it('a /dev/pts that is a link out of the root', async () => {
      expect(
        await refused((root) => [
          umount(root),
          sys('unlinkat', [-100, `${root}/dev/pts`, 0x200], { say: 'rmdir' }),
          sys('symlinkat', ['/../../../../dev/pts', -100, `${root}/dev/pts`], { say: 'link' }),
        ]),
      ).to.match(/open "\/dev\/pts" in the root for a new terminal|is not a devpts/);
    });

    it('a ptmx with something else mounted over it', async () => {
      expect(await refused((root) => [sys('mount', ['/dev/null', `${root}/dev/pts/ptmx`, null, 0x1000, null], { say: 'bind' })])).to.match(
        /^open "\/dev\/pts\/ptmx" for a new terminal: /,
      );
    });

    it('a /dev/console that is a link', async () => {
      expect(await refused((root) => [sys('symlinkat', ['/etc/passwd', -100, `${root}/dev/console`], { say: 'link' })])).to.match(
        /"\/dev\/console" is a symbolic link, and a terminal is bound onto none\n/,
      );
    });
  });

  describe('without a terminal', () => {
    const run = (script: string): ReturnType<typeof startContainer> =>
      startContainer({ script, terminal: false, stdio: ['pipe', 'pipe', 'pipe'] });

    it('leaves the streams to the container', async () => {
      const { child, ended } = run('cat; echo oops >&2; exit 9');
      child.stdin?.end('in\n');
      expect(await ended).to.deep.equal({ code: 9, signal: null, stdout: 'in\n', stderr: 'oops\n' });
    });

    it('gives 128 and the number of a killing signal', async () => {
      const { child, ended } = run('echo ready; exec sleep 60');
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      process.kill(onlyChildOf(child.pid), 'SIGKILL');
      expect((await ended).code).to.equal(137);
    });

    for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGCONT', 'SIGTSTP', 'SIGALRM'] as const) {
      it(`passes ${signal} on`, async () => {
        const { child, ended } = run(`trap "echo trapped; exit 0" ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`);
        await new Promise((resolve) => child.stdout?.once('data', resolve));
        child.kill(signal);
        expect(await ended).to.deep.equal({ ...fine, stdout: 'ready\ntrapped\n' });
      });
    }

    it('keeps SIGWINCH, SIGURG, SIGPIPE and SIGCHLD to itself', async () => {
      const { child, ended } = run(
        'trap "echo bad" WINCH URG PIPE CHLD; trap "echo trapped; exit 0" TERM; echo ready; while :; do read -t 1 x || :; done',
      );
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      for (const signal of ['SIGWINCH', 'SIGURG', 'SIGPIPE', 'SIGCHLD', 'SIGTERM'] as const) child.kill(signal);
      expect((await ended).stdout)
        .to.match(/trapped\n$/)
        .and.not.to.match(/bad/);
    });

    it('has its exit code though the launcher ignored SIGCHLD', async () => {
      const { ended } = startContainer({
        script: 'exit 12',
        terminal: false,
        stdio: 'ignore',
        wrapper: ['sh', '-c', 'trap "" CHLD; exec "$0"'],
      });
      expect((await ended).code).to.equal(12);
    });
  });
});

function failingRelay(regs: Parameters<NonNullable<Parameters<typeof startContainer>[0]['stay']>>[0]): Op[] {
  const relay = planRelay(regs);
  // As soon as the terminal is raw.
  const resize = relay.findIndex((op) => op.op === 'label' && op.label.name === 'resize');
  return [...relay.slice(0, resize), sys('close', [12345], { say: 'fail on purpose' }), ...relay.slice(resize)];
}

const receiveConsoleInPython = `
import os, socket, sys, array
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1]); server.listen()
print("listening", flush=True)
connection, _ = server.accept()
data, control, _, _ = connection.recvmsg(4096, 64)
fd = array.array("i", control[0][2])[0]
print(data.decode(), flush=True)
asked = False
while True:
    try: text = os.read(fd, 4096)
    except OSError: break
    if not text: break
    sys.stdout.buffer.write(text)
    if not asked: os.write(fd, b"hello\\n")
    asked = True
`;

function onlyChildOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim());
}

function ticksOf(pid: number | undefined): number {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
