import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRuntime } from '@standpipe/runtime';
import { type Bundle, bundle, leaveNothing, needs, needsRoot, type Ran, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { until } from './detached.js';
import { HookLog, type Hooks, kinds, shellHook } from './hooks.js';
import { type Config, shell } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

interface State {
  readonly status: string;
  readonly pid?: number;
}

const ownNamespace = (kind: string): string => readlinkSync(`/proc/self/ns/${kind}`);

describe('hooks', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  let root: string;
  let id: string;
  let made: Bundle;
  let log: HookLog;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'standpipe-hooks-'));
    id = freshId();
    made = bundle({});
    chmodSync(made.path, 0o755);
    log = new HookLog(made.rootfs);
  });
  afterEach(async () => {
    await on('delete', '--force', id);
    made[Symbol.dispose]();
    rmSync(root, { recursive: true });
  });
  leaveNothing();

  const on = async (verb: string, ...words: string[]): Promise<Ran> => standpipe(['--root', root, verb, ...words]);
  const runs = async (...options: string[]): Promise<Ran> => on('run', '--bundle', made.path, ...options, id);
  const configure = (hooks: Hooks, script = 'echo main >>/tmp/main', change: (config: Config) => void = () => undefined): void => {
    made.configure(
      shell(script, (config) => {
        config.hooks = hooks;
        change(config);
      }),
    );
  };
  const mainRan = (): boolean => existsSync(join(made.rootfs, 'tmp/main'));
  const stateFiles = (): string[] => readdirSync(root).filter((name) => name !== 'output');
  /** The container keeps the streams, so what ends is waited for. */
  async function quietly(verb: string, ...options: string[]): Promise<{ code: number | null; stderr: string }> {
    const output = join(root, 'output');
    const words = [standpipePath, '--root', root, verb, '--bundle', made.path, ...options, id];
    const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@" >"$OUT" 2>&1', process.execPath, ...words], {
      stdio: 'ignore',
      env: { ...process.env, OUT: output },
    });
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { code, stderr: readFileSync(output, 'utf8') };
  }

  it("confine startContainer ones, whose program is the container's, by all that confines its command", async () => {
    const confined = made;
    confined.configure(
      shell('cat /proc/self/status', (config: Config) => {
        config.process!.noNewPrivileges = true;
        config.linux!.seccomp = {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 95 }],
        };
        config.hooks = {
          startContainer: [
            {
              path: '/bin/sh',
              args: [
                'sh',
                '-c',
                'mkdir /tmp/hook 2>/tmp/why; grep -E "^(Seccomp|NoNewPrivs|CapBnd):" /proc/self/status > /tmp/hook.status',
              ],
              env: ['PATH=/bin'],
            },
          ],
        };
      }),
    );
    const { code, stdout, stderr } = await standpipe(['--root', root, 'run', '--bundle', confined.path, id]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const of = (text: string): string[] => text.split('\n').filter((line) => /^(Seccomp|NoNewPrivs|CapBnd):/.test(line));
    const inHook = readFileSync(join(confined.rootfs, 'tmp/hook.status'), 'utf8');
    expect(of(inHook)).to.deep.equal(of(stdout)).and.to.include('Seccomp:\t2');
    expect(readFileSync(join(confined.rootfs, 'tmp/why'), 'utf8')).to.include('not supported');
  });

  it('run at their points, with the state of the moment, each in its namespaces', async () => {
    const look = 'cat; echo; readlink /proc/self/ns/mnt; readlink /proc/self/ns/pid; pwd';
    configure(
      log.hooks(() => look),
      'echo main >>/tmp/main',
      (config) => (config.annotations = { 'org.example': 'yes' }),
    );
    expect(await runs()).to.deep.include({ code: 0, stdout: '', stderr: '' });
    expect(log.ran()).to.deep.equal([...kinds]);
    expect(mainRan()).to.equal(true);
    const parts = Object.fromEntries(log.read());
    const states = kinds.map((kind) => JSON.parse(parts[kind]?.split('\n')[0] ?? '') as State);
    const annotations = { 'org.example': 'yes' };
    for (const state of states) expect(state).to.deep.include({ ociVersion: '1.3.0', id, bundle: made.path, annotations });
    expect(states.map(({ status }) => status)).to.deep.equal(['creating', 'creating', 'creating', 'created', 'running', 'stopped']);
    const [prestart, createRuntime, createContainer, startContainer, poststart, poststop] = states.map(({ pid }) => pid);
    expect(prestart).to.be.greaterThan(1);
    expect([createRuntime, poststart]).to.deep.equal([prestart, prestart]);
    expect([createContainer, startContainer, poststop]).to.deep.equal([1, 1, undefined]);
    for (const kind of kinds) {
      const [, mnt, pid, cwd] = parts[kind]?.split('\n') ?? [];
      const inside = kind === 'createContainer' || kind === 'startContainer';
      expect([mnt === ownNamespace('mnt'), pid === ownNamespace('pid')], kind).to.deep.equal([!inside, !inside]);
      if (kind === 'createContainer') expect(cwd).to.equal(made.rootfs);
      if (kind === 'startContainer') expect(cwd).to.equal('/');
    }
  });

  it('find the container set up as far as it is: its mounts and namespaces for createRuntime, its old root for createContainer', async () => {
    configure(
      {
        createRuntime: [
          shellHook(
            `pid=$(sed 's/.*"pid":\\([0-9]*\\).*/\\1/'); { grep -c ${made.rootfs}/proc /proc/$pid/mountinfo; readlink /proc/$pid/root; } ${log.append('createRuntime')}`,
          ),
        ],
        // It makes a mount that the container sees.
        createContainer: [shellHook(`mount -t tmpfs -o size=1m mine mnt && echo made >mnt/file`)],
        startContainer: [shellHook('cat /mnt/file >>/tmp/hooks')],
      },
      'cat /mnt/file',
    );
    expect(await runs()).to.deep.include({ code: 0, stdout: 'made\n', stderr: '' });
    expect(readFileSync(join(made.rootfs, 'tmp/hooks'), 'utf8')).to.equal('1\n/\nmade\n');
  });

  it('run over create, start and delete, and from the config as it was', async () => {
    configure(log.hooks(() => 'cat'));
    expect(await quietly('create')).to.deep.equal({ code: 0, stderr: '' });
    expect(log.ran()).to.deep.equal(['prestart', 'createRuntime', 'createContainer']);
    configure({ startContainer: [shellHook('exit 1')], poststart: [shellHook('exit 1')], poststop: [shellHook('exit 1')] });
    expect(await on('start', id)).to.deep.include({ code: 0, stdout: '', stderr: '' });
    expect(log.ran().slice(3)).to.deep.equal(['startContainer', 'poststart']);
    await until(mainRan, 'its command');
    await until(() => !existsSync(`/proc/${String((JSON.parse(log.read()[0]?.[1] ?? '') as State).pid)}/exe`), 'its end');
    expect(await on('delete', id)).to.deep.include({ code: 0, stdout: '', stderr: '' });
    expect(log.ran().slice(5)).to.deep.equal(['poststop']);
    expect(log.read().map(([, text]) => (JSON.parse(text) as State).status)).to.deep.equal([
      'creating',
      'creating',
      'creating',
      'created',
      'running',
      'stopped',
    ]);
    expect(stateFiles()).to.deep.equal([]);
  });

  for (const kind of kinds.slice(0, -1)) {
    it(`stop the container when one of ${kind} fails: nothing of it is left, and then poststop hooks run`, async () => {
      const hooks = log.hooks((one) =>
        one === 'poststop' ? `ls ${root} | grep -v output; cat /proc/*/cgroup 2>/dev/null | grep -c ${id}; true` : ':',
      );
      hooks[kind].push(shellHook('echo no such network >&2; exit 37'), log.hook(kind, 'echo never'));
      configure(hooks, kind === 'poststart' ? 'sleep 60' : 'echo main >>/tmp/main');
      for (const options of [[], ['--detach']]) {
        const { code, stderr } = options.length === 0 ? await runs() : await quietly('run', ...options);
        expect(code).to.equal(1);
        expect(stderr).to.match(
          new RegExp(
            `^standpipe: error running ${kind} hook #1 \\(/hooks/${kind}/1\\): "/bin/sh": exit status 37 after \\d+ ms, output: no such network\n$`,
          ),
        );
        expect(log.ran()).to.deep.equal([...kinds.slice(0, kinds.indexOf(kind) + 1), 'poststop']);
        expect(log.read().at(-1)?.[1]).to.equal('0');
        expect([mainRan(), stateFiles()]).to.deep.equal([false, []]);
        rmSync(join(made.rootfs, 'tmp/hooks'));
      }
    });
  }

  for (const kind of ['startContainer', 'poststart'] as const) {
    it(`stop a created container when one of ${kind} fails`, async () => {
      const hooks = log.hooks();
      hooks[kind].push(shellHook('echo not today; exit 2'));
      configure(hooks, 'sleep 60');
      expect(await quietly('create')).to.deep.equal({ code: 0, stderr: '' });
      const { pid } = JSON.parse((await on('state', id)).stdout) as State;
      const { code, stderr } = await on('start', id);
      expect(code).to.equal(1);
      expect(stderr).to.match(
        new RegExp(`error running ${kind} hook #1 \\(/hooks/${kind}/1\\): "/bin/sh": exit status 2 after \\d+ ms, output: not today`),
      );
      expect(log.ran().at(-1)).to.equal('poststop');
      expect(log.ran().filter((one) => one === 'poststop')).to.have.length(1);
      expect(existsSync(`/proc/${String(pid)}/exe`)).to.equal(false);
      expect(stateFiles()).to.deep.equal([]);
    });
  }

  it('are told of in the log, whatever they write', async () => {
    configure({ createContainer: [shellHook(`printf 'a "quote" \\\\ and \\033[31m\\n' >&2; exit 1`)] });
    const file = join(root, 'output');
    const { code } = await standpipe(['--root', root, '--log', file, '--log-format', 'json', 'run', '--bundle', made.path, id]);
    expect(code).to.equal(1);
    const { msg, level } = JSON.parse(readFileSync(file, 'utf8')) as { msg: string; level: string };
    expect(level).to.equal('error');
    expect(msg).to.match(/error running createContainer hook #0 .*, output: a "quote" \\ and  \[31m$/);
  });

  it('stop nothing when they are poststop hooks: all run, and failures are warnings', async () => {
    const hooks: Hooks = {
      poststop: [log.hook('poststop', 'exit 3'), { path: '/nowhere' }, shellHook('kill -KILL $PPID; sleep 1'), log.hook('poststop')],
    };
    const first = /warning: error running poststop hook #0 \(\/hooks\/poststop\/0\): "\/bin\/sh": exit status 3 after \d+ ms\n/;
    const second = /warning: error running poststop hook #1 \(\/hooks\/poststop\/1\): "\/nowhere": exec: no such file or directory\n/;
    configure(hooks, 'exit 9');
    const ran = await runs();
    expect(ran.code).to.equal(9);
    expect(ran.stderr).to.match(first).and.to.match(second);
    expect(log.ran()).to.deep.equal(['poststop', 'poststop']);

    configure({ poststop: hooks.poststop!.filter((_, i) => i !== 2) }, 'exit 9');
    expect(await quietly('create')).to.deep.equal({ code: 0, stderr: '' });
    const deleted = await on('delete', '--force', id);
    expect(deleted.code).to.equal(0);
    expect(deleted.stderr).to.match(first).and.to.match(second);
    expect(log.ran()).to.have.length(4);
    expect(await on('delete', '--force', id)).to.deep.include({ code: 0, stderr: '' });
    expect(log.ran()).to.have.length(4);
  });

  it('are run once of poststop, by whoever removes the container', async () => {
    configure({ poststop: [log.hook('poststop')] }, 'exit 0');
    expect(await runs('--keep')).to.deep.include({ code: 0, stderr: '' });
    expect(log.ran()).to.deep.equal([]);
    expect(await on('delete', id)).to.deep.include({ code: 0, stderr: '' });
    expect(log.ran()).to.deep.equal(['poststop']);

    configure({ poststop: [log.hook('poststop')] }, 'echo main >>/tmp/main; sleep 60');
    const running = runs();
    await until(mainRan, 'its command');
    expect(await on('delete', '--force', id)).to.deep.include({ code: 0, stderr: '' });
    expect((await running).code).to.equal(137);
    expect(log.ran()).to.have.length(2);
  });

  it('are not run of poststop where the container never was', async () => {
    configure({ poststop: [log.hook('poststop')] }, 'exit 0', (config) =>
      config.mounts!.push({ destination: '/mnt', type: 'bind', source: '/nowhere', options: ['bind'] }),
    );
    expect((await runs()).code).to.equal(1);
    expect(log.ran()).to.deep.equal([]);
  });

  it('keep nothing of the container: its terminal, its preserved fds, its environment', async function () {
    needs(this, 'script');
    // createContainer hooks see their own process in the container's procfs.
    const look = (proc: string): string =>
      `for fd in ${proc}/$$/fd/*; do readlink $fd; done; read -r pid name state parent group session tty rest <${proc}/$$/stat; echo $((session == $$)) $tty; env | grep -c SECRET`;
    configure(
      log.hooks((kind) => `${look(kind === 'createContainer' ? 'proc' : '/proc')}; true`),
      'test -t 0 && echo a terminal',
      (config) => {
        config.process!.terminal = true;
        config.process!.env!.push('SECRET=1');
      },
    );
    const command = `SECRET=2 '${process.execPath}' '${standpipePath}' --root '${root}' run --preserve-fds 2 --bundle '${made.path}' ${id} 3</etc/passwd 4</etc/group`;
    const ran = await run('script', ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null']);
    expect(ran).to.include({ code: 0 });
    expect(ran.stdout).to.include('a terminal');
    expect(log.ran()).to.have.length(6);
    for (const [kind, text] of log.read()) expect(text, kind).to.match(/^((pipe:.*|.*\/tmp\/hooks)\n){3,4}1 0\n0$/);
  });

  it('run with the privileges of their place', async () => {
    const look = 'grep -E "^(Uid|CapEff|NoNewPrivs)" /proc/self/status | tr "\\t\\n" "  "';
    configure(
      log.hooks(() => look),
      'true',
      (config) => {
        config.process!.user = { uid: 1000, gid: 1000 };
        config.process!.noNewPrivileges = true;
        config.process!.capabilities = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
      },
    );
    chmodSync(join(made.rootfs, 'tmp'), 0o777);
    writeFileSync(join(made.rootfs, 'tmp/hooks'), '');
    chmodSync(join(made.rootfs, 'tmp/hooks'), 0o666);
    expect(await runs()).to.deep.include({ code: 0, stderr: '' });
    for (const [kind, text] of log.read()) {
      if (kind === 'startContainer') expect(text).to.equal('Uid: 1000 1000 1000 1000 CapEff: 0000000000000000 NoNewPrivs: 1');
      else expect(text, kind).to.match(/^Uid: 0 0 0 0 CapEff: 0*[1-9a-f][0-9a-f]* NoNewPrivs: 0$/);
    }
  });

  it('are root of the container’s user namespace inside, and root outside', async () => {
    configure(
      log.hooks(() => 'cat /proc/self/uid_map | tr -s " "'),
      'true',
      (config) => {
        config.linux!.namespaces!.push({ type: 'user' });
        config.linux!.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
        config.linux!.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      },
    );
    writeFileSync(join(made.rootfs, 'tmp/hooks'), '');
    await run('chown', ['-R', '100000:100000', made.rootfs]);
    expect(await runs()).to.deep.include({ code: 0, stderr: '' });
    const outside = readFileSync('/proc/self/uid_map', 'utf8').replaceAll(/ +/g, ' ').trim();
    for (const [kind, text] of log.read())
      expect(text, kind).to.equal(kind === 'createContainer' || kind === 'startContainer' ? '0 100000 65536' : outside);
  });

  it('are given up when the runtime is told to end', async () => {
    for (const kind of ['prestart', 'createRuntime', 'poststart'] as const) {
      configure({ [kind]: [log.hook(kind, 'echo $$; sleep 60')], poststop: [log.hook('poststop')] }, 'sleep 60');
      const child = spawn(process.execPath, [standpipePath, '--root', root, 'run', '--bundle', made.path, id], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      await until(() => /\d$/.test(log.read()[0]?.[1] ?? ''), 'the hook');
      child.kill('SIGTERM');
      expect(await new Promise((resolve) => child.once('close', resolve))).to.equal(1);
      expect(stderr).to.match(new RegExp(`error running ${kind} hook #0 .*: killed after \\d+ ms, for a signal came to end it all`));
      expect(log.ran()).to.deep.equal([kind, 'poststop']);
      expect(existsSync(`/proc/${log.read()[0]?.[1].trim() ?? ''}/exe`)).to.equal(false);
      expect(stateFiles()).to.deep.equal([]);
      rmSync(join(made.rootfs, 'tmp/hooks'));
    }
  });

  it('may kill the runtime: what is left can be deleted, and their container is gone', async () => {
    for (const kind of ['prestart', 'createRuntime', 'poststart'] as const) {
      configure(
        { [kind]: [log.hook(kind, 'sed \'s/.*"pid":\\([0-9]*\\).*/\\1/\'; kill -KILL $PPID; sleep 60')], poststop: [log.hook('poststop')] },
        'sleep 60',
      );
      expect((await quietly('run')).code).to.equal(null);
      const pid = log.read()[0]?.[1].trim() ?? '';
      expect(await on('delete', '--force', id)).to.deep.include({ code: 0, stderr: '' });
      await until(() => !existsSync(`/proc/${pid}/exe`), 'the end of the container');
      expect(log.ran()).to.deep.equal([kind, 'poststop']);
      expect(stateFiles()).to.deep.equal([]);
      rmSync(join(made.rootfs, 'tmp/hooks'));
    }
  });

  it('have their deadline in the container as well', async () => {
    for (const kind of ['createContainer', 'startContainer'] as const) {
      configure({ [kind]: [shellHook('trap "" TERM; echo waiting; sleep 60', { timeout: 1 })] });
      const { code, stderr } = await runs();
      expect(code).to.equal(1);
      expect(stderr).to.match(
        new RegExp(`error running ${kind} hook #0 .*: killed after [12]\\d{3} ms, past its timeout of 1 s, output: waiting\n$`),
      );
      expect([mainRan(), stateFiles()]).to.deep.equal([false, []]);
    }
  });

  it('are compiled into an executable', async () => {
    configure(log.hooks(), 'exit 4');
    const app = join(made.path, 'app');
    expect(await standpipe(['compile', '--bundle', made.path, '--output', app])).to.deep.include({ code: 0, stderr: '' });
    expect(await run(app, [], { env: {} })).to.deep.include({ code: 4, stderr: '' });
    expect(log.ran()).to.deep.equal([...kinds]);
  });

  it('can be left out of an assembly', async () => {
    const assembly = join(root, 'output');
    writeFileSync(assembly, JSON.stringify({ api: 1, extends: 'default', disabled: ['hooks'] }), { mode: 0o600 });
    configure(log.hooks(), 'exit 0');
    const { code, stderr } = await standpipe(['--root', root, '--assembly', assembly, 'run', '--bundle', made.path, id]);
    expect(code).to.equal(0);
    expect(stderr).to.include('/hooks is not put into effect');
    expect(log.ran()).to.deep.equal([]);
  });

  it('run by the library, which tells of failures and can be aborted', async () => {
    const runtime = await openRuntime({ stateRoot: root });
    configure({ ...log.hooks(), poststop: [shellHook('exit 6')] }, 'sleep 60');
    const container = await runtime.create({ id, bundle: made.path });
    await container.start();
    expect(log.ran()).to.deep.equal(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart']);
    const warnings: string[] = [];
    await container.delete({ force: true, onWarning: (text) => warnings.push(text) });
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/^error running poststop hook #0 .* exit status 6/);

    configure({ poststart: [shellHook('sleep 60')] }, 'sleep 60');
    const other = await runtime.create({ id, bundle: made.path });
    const abort = new AbortController();
    const started = other.start({ signal: abort.signal }).catch((error: unknown) => error);
    await until(() => existsSync(join(root, id)) && (JSON.parse(JSON.stringify(other.state())) as State).status === 'running', 'its start');
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await started).to.equal(reason);
    expect(stateFiles()).to.deep.equal([]);

    configure({ createRuntime: [shellHook('echo refused; exit 1')] as never });
    const refused: unknown = await runtime.create({ id, bundle: made.path }).catch((error: unknown) => error);
    expect(refused)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/error running createRuntime hook #0 .*, output: refused$/);
  });
});
