import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { until } from './detached.js';
import { ended, waiting } from './exec-container.js';
import { standpipePath } from './standpipe.js';

/** Receives one fd at a Unix socket, tells what stood beside it, and then what `use` says of it. */
const receiver = (use: string): string => `
import array, os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listening", flush=True)
connection, _ = listener.accept()
text, ancillary, _, _ = connection.recvmsg(4096, 64)
fd = array.array("i", ancillary[0][2])[0]
print(text.decode(), flush=True)
${use}
`;

describe('standpipe exec', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  it('passes input, output and the exit code through', async () => {
    await using container = await waiting();
    const { code, stdout, stderr } = await container.exec([], ['sh', '-c', 'cat; echo told >&2; exit 5'], { input: 'typed\n' });
    expect({ code, stdout, stderr }).to.deep.equal({ code: 5, stdout: 'typed\n', stderr: 'told\n' });
    expect((await container.exec([], ['sh', '-c', 'kill -TERM $$'])).code).to.equal(143);
  });

  it('leaves the options of the command alone', async () => {
    await using container = await waiting();
    expect((await container.exec([], ['echo', '-d', '--help', '--', '-x'])).stdout).to.equal('-d --help -- -x\n');
    expect((await container.exec(['--env', 'A=1'], ['sh', '-c', 'echo $A "$0"', '-e'])).stdout).to.equal('1 -e\n');
  });

  it('is init alone while the command runs, and passes signals on', async () => {
    await using container = await waiting();
    const child = container.spawn([], ['sh', '-c', "trap 'echo got it; exit 42' TERM; echo up; while :; do sleep 0.05; done"], 'pipe');
    let output = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    await until(() => output === 'up\n', 'the command begins');
    expect(readlinkSync(`/proc/${String(child.pid)}/exe`)).to.match(/^\/memfd:standpipe-init/);
    const children = readFileSync(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8');
    expect(children.trim().split(' ')).to.have.length(1);
    child.kill('SIGTERM');
    expect(await ended(child)).to.equal(42);
    await until(() => output === 'up\ngot it\n', 'its last words');
  });

  it('leaves a detached process behind, its pid in a file, in all the cgroups of the container', async () => {
    await using container = await waiting();
    const pidFile = join(container.root, 'pid');
    const child = container.spawn(['--detach', '--pid-file', pidFile], ['sleep', '500'], 'ignore');
    expect(await ended(child)).to.equal(0);
    const pid = readFileSync(pidFile, 'utf8');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).to.equal('sleep\x00500\x00');
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).to.equal(readFileSync(`/proc/${String(container.pid)}/cgroup`, 'utf8'));
    expect(JSON.parse((await container.verb('ps', '--format', 'json')).stdout)).to.include(Number(pid));
  });

  it('gives all that a process can have from --process', async () => {
    await using container = await waiting();
    const file = join(container.root, 'process.json');
    const script = `
      id; pwd; umask; echo "$A"; cat /proc/self/oom_score_adj; ulimit -n; ulimit -Hn
      grep -E '^(Cap|NoNewPrivs|Cpus_allowed_list)' /proc/$$/status
      cut -d' ' -f19,41 /proc/$$/stat; ionice -p $$`;
    writeFileSync(
      file,
      JSON.stringify({
        args: ['sh', '-c', script],
        cwd: '/var',
        env: ['PATH=/bin', 'A=b c'],
        user: { uid: 0, gid: 0, umask: 0o22, additionalGids: [50] },
        capabilities: { bounding: ['CAP_KILL', 'CAP_CHOWN'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] },
        noNewPrivileges: true,
        oomScoreAdj: 400,
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }],
        scheduler: { policy: 'SCHED_BATCH', nice: 7 },
        ioPriority: { class: 'IOPRIO_CLASS_IDLE', priority: 0 },
        execCPUAffinity: { initial: '0-1', final: '1' },
      }),
    );
    const { code, stdout, stderr } = await container.exec(['--process', file]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.split('\n')).to.deep.equal([
      'uid=0(root) gid=0(root) groups=50(staff)',
      '/var',
      '0022',
      'b c',
      '400',
      '100',
      '200',
      'CapInh:\t0000000000000000',
      'CapPrm:\t0000000000000020',
      'CapEff:\t0000000000000020',
      'CapBnd:\t0000000000000021',
      'CapAmb:\t0000000000000000',
      'NoNewPrivs:\t1',
      'Cpus_allowed_list:\t1',
      '7 3',
      'idle',
      '',
    ]);
  });

  it('names every fault of a --process file, by its place', async () => {
    await using container = await waiting();
    const file = join(container.root, 'process.json');
    writeFileSync(file, JSON.stringify({ args: [], cwd: 'tmp', env: ['A'], rlimits: [{ type: 'RLIMIT_NOPE', soft: 1, hard: 1 }] }));
    const { code, stderr } = await container.exec(['--process', file]);
    expect(stderr).to.match(/\/process\/args.*\/process\/env\/0.*\/process\/cwd.*\/process\/rlimits\/0\/type/s);
    expect(code).to.equal(255);
    writeFileSync(file, '{');
    expect((await container.exec(['--process', file])).code).to.equal(255);
    expect((await container.exec(['--process', `${file}.none`])).stderr).to.include('no such file or directory');
    expect((await container.exec(['--process', file], ['true'])).stderr).to.include('not both');
  });

  it('refuses what no plugin of the assembly would put into effect, when it is named', async () => {
    await using container = await waiting();
    const assembly = join(container.root, 'assembly.json');
    writeFileSync(assembly, JSON.stringify({ api: 1, extends: 'default', disabled: ['apparmor'] }), { mode: 0o600 });
    const words = ['--root', container.root, '--assembly', assembly, 'exec', '--apparmor', 'some', container.id, 'true'];
    const { code, stderr } = await run(process.execPath, [standpipePath, ...words]);
    expect(stderr).to.include('/process/apparmorProfile: is not put into effect').and.not.to.include('--strict');
    expect(code).to.equal(255);
  });

  it('keeps the fds that are to be preserved, and no other', async () => {
    await using container = await waiting();
    const file = join(container.root, 'file');
    writeFileSync(file, 'from outside\n');
    const fd = openSync(file, 'r');
    try {
      const with2 = async (words: readonly string[], command: string): Promise<string> => {
        const child = container.spawn(words, ['sh', '-c', command], ['ignore', 'pipe', 'inherit', fd, fd]);
        let output = '';
        child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
        await new Promise((resolve) => child.once('close', resolve));
        return output;
      };
      expect(await with2(['--preserve-fds', '1'], 'ls /proc/$$/fd; cat <&3')).to.equal('0\n1\n2\n3\nfrom outside\n');
      expect(await with2([], 'ls /proc/$$/fd; true')).to.equal('0\n1\n2\n');
    } finally {
      closeSync(fd);
    }
  });

  it('gives a terminal of the container, relayed to that of the caller', async function () {
    needs(this, 'script');
    await using container = await waiting();
    const words = [process.execPath, standpipePath, '--root', container.root, 'exec', '--tty', container.id, 'sh', '-c'];
    const script =
      'tty; test -t 0 && test -t 1 && test -t 2 && echo all; test -e /dev/console || echo no console; stty size; read line; echo "got $line"; exit 6';
    const command = [...words, script].map((word) => `'${word}'`).join(' ');
    const { code, stdout } = await run(
      'script',
      ['--quiet', '--return', '--echo', 'never', '--command', `stty cols 99 rows 33; ${command}`, '/dev/null'],
      { input: 'typed\n' },
    );
    expect(stdout.replaceAll('\r', '').replace(/^typed\n/m, '')).to.equal('/dev/pts/0\nall\nno console\n33 99\ngot typed\n');
    expect(code).to.equal(6);
    // On pipes, too.
    expect(await container.exec(['-t'], ['sh', '-c', 'tty; exit 3'])).to.deep.include({ code: 3, stdout: '/dev/pts/0\r\n' });
    expect((await container.exec(['-t', '-u', '1000'], ['sh', '-c', 'stat -Lc %u:%g /proc/self/fd/0'])).stdout).to.equal('1000:5\r\n');
    const refused = await container.exec(['-t', '-d'], ['true']);
    expect(refused.stderr).to.match(/console.socket/);
    expect(refused.code).to.equal(255);
  });

  it('sends the terminal of a detached process to a console socket', async function () {
    needs(this, 'python3');
    await using container = await waiting();
    const socket = join(container.root, 'console.sock');
    const receiving = spawn(
      'python3',
      [
        '-c',
        receiver('os.write(fd, b"typed\\n")\nwhile True:\n  try: sys.stdout.write(os.read(fd, 99).decode())\n  except OSError: break'),
        socket,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let received = '';
    receiving.stdout.setEncoding('utf8').on('data', (text: string) => (received += text));
    const closed = new Promise((resolve) => receiving.once('close', resolve));
    await until(() => received === 'listening\n', 'the receiver begins');
    const child = container.spawn(['-t', '-d', '--console-socket', socket], ['sh', '-c', 'read line; echo "got $line"'], 'ignore');
    expect(await ended(child)).to.equal(0);
    await closed;
    expect(received.replaceAll('\r', '').split('\n').toSorted()).to.deep.equal(['', '/dev/pts/ptmx', 'got typed', 'listening', 'typed']);
  });

  it('sends the pidfd of the process to a pidfd socket', async function () {
    needs(this, 'python3');
    await using container = await waiting();
    const socket = join(container.root, 'pidfd.sock');
    const use = 'import signal, time\ntime.sleep(0.2)\nsignal.pidfd_send_signal(fd, signal.SIGKILL)';
    const receiving = spawn('python3', ['-c', receiver(use), socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    let received = '';
    receiving.stdout.setEncoding('utf8').on('data', (text: string) => (received += text));
    await until(() => received === 'listening\n', 'the receiver begins');
    expect((await container.exec(['--pidfd-socket', socket], ['sleep', '500'])).code).to.equal(137);
    await ended(receiving);
    expect(received).to.equal('listening\nsetns\n');
    const refused = await container.exec(['--pidfd-socket', `${socket}.none`], ['sh', '-c', 'echo ran > /tmp/ran']);
    expect(refused.stderr).to.match(/connect to the pidfd socket ".*": no such file or directory/);
    expect(refused.code).to.equal(255);
    expect(container.read('tmp/ran')).to.equal('');
  });

  it('waits with --ignore-paused until the container is resumed, and refuses otherwise', async () => {
    await using container = await waiting();
    expect((await container.verb('pause')).code).to.equal(0);
    const refused = await container.exec([], ['true']);
    expect(refused.stderr).to.include('cannot exec in a paused container (use --ignore-paused to override)');
    expect(refused.code).to.equal(255);
    const child = container.spawn(['--ignore-paused'], ['sh', '-c', 'echo ran > /tmp/ran'], 'ignore');
    await sleep(300);
    expect(container.read('tmp/ran')).to.equal('');
    expect((await container.verb('resume')).code).to.equal(0);
    expect(await ended(child)).to.equal(0);
    expect(container.read('tmp/ran')).to.equal('ran\n');
  });

  it('refuses a container that has stopped, and one that never was', async () => {
    await using container = await waiting();
    expect((await container.verb('kill')).code).to.be.oneOf([0, 1]);
    process.kill(container.pid, 'SIGKILL');
    await until(() => !existsSync(`/proc/${String(container.pid)}/exe`), 'the container ends');
    const stopped = await container.exec([], ['true']);
    expect(stopped.stderr).to.include('cannot exec in a stopped container');
    expect(stopped.code).to.equal(255);
    const unknown = await run(process.execPath, [standpipePath, '--root', container.root, 'exec', 'no-such-container', 'true']);
    expect(unknown.stderr).to.include('does not exist');
    expect(unknown.code).to.equal(255);
  });

  it('ends when the container does, whatever it was at', async () => {
    for (const delayMs of [0, 20, 60, 70, 80, 90, 100, 110, 120, 150, 300]) {
      await using container = await waiting();
      const child = container.spawn([], ['sleep', '500'], ['ignore', 'ignore', 'pipe']);
      let complaint = '';
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      await sleep(delayMs);
      process.kill(container.pid, 'SIGKILL');
      const code = await ended(child);
      // Killed with the container, or never born in it.
      if (code !== 137) {
        expect(code, complaint).to.equal(255);
        expect(complaint).to.match(/stopped container|has ended|died during its set-up|does not exist/);
      }
    }
  });

  it('executes in a container that is created and not started yet', async () => {
    await using container = await waiting();
    const id = `${container.id}-created`;
    const on = async (...words: string[]): ReturnType<typeof run> =>
      run(process.execPath, [standpipePath, '--root', container.root, ...words]);
    const child = spawn(process.execPath, [standpipePath, '--root', container.root, 'create', '--bundle', container.made.path, id], {
      stdio: 'ignore',
    });
    expect(await ended(child)).to.equal(0);
    try {
      const { code, stdout, stderr } = await on('exec', id, 'sh', '-c', 'cat /proc/1/comm; echo $$; hostname');
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^standpipe-init\n\d+\nstandpipe\n$/);
      expect(code).to.equal(0);
      expect((JSON.parse((await on('state', id)).stdout) as { status: string }).status).to.equal('created');
    } finally {
      expect((await on('delete', '--force', id)).code).to.equal(0);
    }
  });

  it('goes by the config that the container was made from, whatever the bundle says now', async () => {
    await using container = await waiting({ change: (config) => config.process!.env!.push('MADE=then') });
    container.made.configure({});
    expect((await container.exec([], ['sh', '-c', 'echo $MADE'])).stdout).to.equal('then\n');
  });

  it('runs in a cgroup below that of the container', async () => {
    await using container = await waiting();
    const directories = JSON.parse(readFileSync(join(container.root, container.id, 'cgroups.json'), 'utf8')) as string[];
    const v1 = directories.filter((directory) => existsSync(join(directory, 'tasks')));
    for (const directory of v1.length === 0 ? directories : v1) {
      mkdirSync(join(directory, 'sub'));
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        if (v1.length > 0 && existsSync(join(directory, file)))
          writeFileSync(join(directory, 'sub', file), readFileSync(join(directory, file)));
    }
    const { stdout, stderr: complaint } = await container.exec(['--cgroup', 'sub'], ['cat', '/proc/self/cgroup']);
    expect(complaint).to.equal('');
    const inSub = stdout
      .trim()
      .split('\n')
      .filter((line) => line.endsWith('/sub'));
    expect(inSub).to.have.length(Math.max(1, v1.length));
    for (const [argument, text] of [
      ['../sub', /bad sub cgroup path/],
      ['nope', /no such file or directory/],
      [':sub', /empty <controller> prefix/],
      ['no-such-controller:sub', /unknown controller "no-such-controller"/],
    ] as const) {
      const { code, stderr } = await container.exec(['--cgroup', argument], ['true']);
      expect(stderr).to.match(text);
      expect(code).to.equal(255);
    }
  });
});
