import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, leaveNothing, needs, needsRoot, type Ran } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { until } from './detached.js';
import { type Config, shell, specOf } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

interface State {
  readonly pid: number;
  readonly status: string;
}

describe('create and start', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  let root: string;
  let id: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'standpipe-lifecycle-'));
    id = freshId();
  });
  afterEach(async () => {
    await on('delete', '--force', id);
    rmSync(root, { recursive: true });
  });
  leaveNothing();

  const on = async (verb: string, ...words: string[]): Promise<Ran> => standpipe(['--root', root, verb, ...words]);
  const state = async (): Promise<State> => JSON.parse((await on('state', id)).stdout) as State;

  /** The container keeps the streams, so they are files, and what ends is waited for. */
  async function create(path: string, ...options: string[]): Promise<{ code: number | null; stderr: string; output: () => string }> {
    const output = join(root, 'output');
    const child = spawn(
      '/bin/sh',
      [
        '-c',
        'exec "$0" "$@" >"$OUT" 2>"$OUT.err"',
        process.execPath,
        standpipePath,
        '--root',
        root,
        'create',
        '--bundle',
        path,
        ...options,
        id,
      ],
      {
        stdio: 'ignore',
        env: { ...process.env, OUT: output },
      },
    );
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { code, stderr: readFileSync(`${output}.err`, 'utf8'), output: () => readFileSync(output, 'utf8') };
  }

  it('waits, set up in full, for its start', async () => {
    using made = bundle(shell('echo hello; cat /etc/hostname; exit 3', (config: Config) => (config.hostname = 'held')));
    writeFileSync(join(made.rootfs, 'etc/hostname'), 'inside\n');
    const { code, stderr, output } = await create(made.path, '--pid-file', join(root, 'pid'));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const { pid, status } = await state();
    expect(status).to.equal('created');
    expect(readFileSync(join(root, 'pid'), 'utf8')).to.equal(String(pid));
    expect(output()).to.equal('');
    // Its streams, and what it waits on.
    expect(readdirSync(`/proc/${String(pid)}/fd`)).to.have.length(4);
    expect(await on('start', id)).to.deep.include({ code: 0, stdout: '', stderr: '' });
    await until(() => output() === 'hello\ninside\n', 'its output');
    await until(() => !existsSync(`/proc/${String(pid)}/exe`), 'its end');
    expect(await state()).to.include({ status: 'stopped', pid: 0 });
    expect(await on('delete', id)).to.deep.include({ code: 0, stderr: '' });
    expect(readdirSync(root)).not.to.include(id);
  });

  it('makes the same container as run', async () => {
    const script = 'cat /proc/self/mountinfo /proc/self/status /proc/self/cgroup; ls -l /proc/self/fd | wc -l; id; env; ulimit -a';
    using made = bundle(shell(script));
    const { output } = await create(made.path);
    expect(await on('start', id)).to.deep.include({ code: 0, stderr: '' });
    await until(() => output().includes('core file'), 'its output');
    await on('delete', '--force', id);
    const ran = await on('run', '--bundle', made.path, id);
    const masked = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => !/^(Pid|PPid|Tgid|NSpid|NStgid|NSpgid|NSsid|Vm\w+|Rss\w+|\w+_ctxt_switches):/.test(line))
        .map((line) => line.replaceAll(/(master|shared|propagate_from):\d+/g, '$1').replace(/^\d+ \d+ \d+:\d+ /, ''));
    expect(masked(output())).to.deep.equal(masked(ran.stdout));
  });

  it('tells of a command that is not there, or is none, at once, and leaves nothing', async () => {
    for (const [args, expected] of [
      [['nowhere'], /exec: "nowhere": executable file not found in \$PATH/],
      [['/nowhere'], /exec: "\/nowhere": stat \/nowhere: no such file or directory/],
      [['/etc/hostname'], /exec: "\/etc\/hostname": permission denied/],
      [['/etc'], /exec: "\/etc": is a directory/],
    ] as const) {
      using made = bundle(specOf(args));
      writeFileSync(join(made.rootfs, 'etc/hostname'), 'inside\n');
      const { code, stderr } = await create(made.path);
      expect(code).to.equal(1);
      expect(stderr).to.match(expected);
      expect(readdirSync(root).filter((name) => name === id)).to.deep.equal([]);
    }
  });

  it("tells start why the command can't be executed after all", async () => {
    using made = bundle(specOf(['/script']));
    writeFileSync(join(made.rootfs, 'script'), '#!/nowhere\n', { mode: 0o755 });
    expect((await create(made.path)).code).to.equal(0);
    const started = await on('start', id);
    expect(started.code).to.equal(1);
    expect(started.stderr).to.match(/start container ".*": exec \/script: no such file or directory/);
    expect(await state()).to.include({ status: 'stopped' });
  });

  it('is started once', async () => {
    using made = bundle(specOf(['sleep', '100']));
    await create(made.path);
    const starts = await Promise.all(Array.from({ length: 4 }, async () => on('start', id)));
    expect(starts.filter(({ code }) => code === 0)).to.have.length(1);
    for (const { code, stderr } of starts) if (code !== 0) expect(stderr).to.include('cannot start an already running container');
    expect(await state()).to.include({ status: 'running' });
    expect(await on('kill', id, 'KILL')).to.deep.include({ code: 0, stderr: '' });
  });

  it('keeps the fds that are to be preserved, and no others', async () => {
    using made = bundle(shell('cat <&3; ls /proc/self/fd | wc -l'));
    const file = join(root, 'preserved');
    writeFileSync(file, 'preserved\n');
    const output = join(root, 'output');
    const command = `exec 3<"${file}" 4</dev/null 7</dev/null; exec "$0" "$@" >"${output}" 2>&1`;
    const words = [standpipePath, '--root', root, 'create', '--preserve-fds', '1', '--bundle', made.path, id];
    const child = spawn('/bin/sh', ['-c', command, process.execPath, ...words], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
    const { pid } = await state();
    expect(readlinkSync(`/proc/${String(pid)}/fd/3`)).to.equal(file);
    expect(readdirSync(`/proc/${String(pid)}/fd`)).to.have.length(5);
    expect(await on('start', id)).to.deep.include({ code: 0, stderr: '' });
    await until(() => /preserved\n\d+\n/.test(readFileSync(output, 'utf8')), 'its output');
    // The standard streams, the preserved one, and the directory that ls reads.
    expect(readFileSync(output, 'utf8')).to.equal('preserved\n5\n');
  });
});
