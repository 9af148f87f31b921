import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle, findProgram, leaveNothing, needs, needsRoot, type Ran, run } from '@standpipe/test-support';
import type { Process } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { until } from '../end-to-end/detached.js';
import { type Config, dockerLike, shell } from '../end-to-end/specs.js';
import { freshId, standpipePath } from '../end-to-end/standpipe.js';

/** What a process sees of itself, section by section. */
const sections: Readonly<Record<string, string>> = {
  status: 'grep -E "^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:|SigBlk|SigIgn|SigCgt)" /proc/$$/status',
  ids: 'id',
  limits: 'cat /proc/$$/limits',
  environment: "tr '\\000' '\\n' < /proc/$$/environ | sort",
  places: 'readlink /proc/$$/cwd; readlink /proc/$$/root; readlink /proc/$$/exe',
  streams: 'ls /proc/$$/fd; tty',
  scheduling: 'cat /proc/$$/oom_score_adj; cut -d" " -f18-19,40-41 /proc/$$/stat; grep allowed /proc/$$/status',
  namespaces: 'for n in /proc/$$/ns/*; do readlink $n; done | diff /tmp/ns - && echo the same',
  mounts: 'diff /tmp/mountinfo /proc/$$/mountinfo && echo the same',
  cgroups: 'diff /tmp/cgroup /proc/$$/cgroup && echo the same',
};
const view = Object.entries(sections)
  .map(([name, script]) => `echo "== ${name}"; (${script}) 2>&1`)
  .join('\n');

/** The same container under each runtime, waiting. */
interface Pair extends AsyncDisposable {
  readonly ours: Exec;
  readonly theirs: Exec;
}

/** Calls exec with these words. */
type Exec = (words: readonly string[], behind?: readonly string[]) => Promise<Ran>;

async function pairOf(change: (config: Config) => void): Promise<Pair> {
  const made = { ours: bundle(waiting(change)), theirs: bundle(waiting(change)) };
  const root = mkdtempSync(join(tmpdir(), 'standpipe-exec-'));
  const runc = findProgram('runc') ?? 'runc';
  const ids = { ours: freshId(), theirs: freshId() };
  const ours = [process.execPath, standpipePath, '--root', join(root, 'ours')];
  const theirs = [runc, '--root', join(root, 'theirs')];
  const start = async ([command = '', ...words]: readonly string[], { path, rootfs }: Bundle, id: string): Promise<void> => {
    const child = spawn(command, [...words, 'run', '--detach', '--bundle', path, id], { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
    await until(
      () => existsSync(join(rootfs, 'tmp/cgroup')) && readFileSync(join(rootfs, 'tmp/cgroup'), 'utf8') !== '',
      'the container begins',
    );
  };
  const exec =
    ([command = '', ...words]: readonly string[], id: string): Exec =>
    async (options, behind = ['/bin/sh', '-c', view]) =>
      run(command, [...words, 'exec', ...options, id, ...behind]);
  await start(ours, made.ours, ids.ours);
  await start(theirs, made.theirs, ids.theirs);
  return {
    ours: exec(ours, ids.ours),
    theirs: exec(theirs, ids.theirs),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const [[command = '', ...words], id] of [
        [ours, ids.ours],
        [theirs, ids.theirs],
      ] as const)
        expect((await run(command, [...words, 'delete', '--force', id])).code).to.equal(0);
      rmSync(root, { recursive: true });
      made.ours[Symbol.dispose]();
      made.theirs[Symbol.dispose]();
    },
  };
}

function waiting(change: (config: Config) => void): object {
  // Debian 12's runc knows no newer version of the specification.
  const script =
    'for n in /proc/$$/ns/*; do readlink $n; done > /tmp/ns; cat /proc/$$/mountinfo > /tmp/mountinfo; cat /proc/$$/cgroup > /tmp/cgroup; exec sleep 1000';
  return { ...shell(script, change), ociVersion: '1.0.2' };
}

function parse(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(/^== /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trimEnd()]),
  );
}

const configs: Readonly<Record<string, (config: Config) => void>> = {
  'the default of spec': () => undefined,
  'one as Docker makes': (config) => {
    const directory = mkdtempSync(join(tmpdir(), 'standpipe-files-'));
    Object.assign(config, dockerLike(config.process!.args, directory), {
      mounts: dockerLike([], directory).mounts!.filter(({ type }) => type !== 'bind'),
    });
    rmSync(directory, { recursive: true });
  },
  'one with a user, limits and scores': (config) => {
    config.process!.user = { uid: 1000, gid: 1000, additionalGids: [50] };
    config.process!.rlimits = [
      // Debian 12's runc raises the soft one to the hard one, as Go does of itself.
      { type: 'RLIMIT_NOFILE', soft: 1000, hard: 1000 },
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
    ];
    config.process!.oomScoreAdj = 500;
    config.process!.env = ['PATH=/bin', 'A=1'];
    config.process!.cwd = '/tmp';
  },
  'one in a user namespace': (config) => {
    config.linux!.namespaces!.push({ type: 'user' });
    config.linux!.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    config.linux!.gidMappings = config.linux!.uidMappings;
  },
  'one without namespaces of its own for pids, network and names': (config) => {
    config.hostname = undefined;
    config.linux!.namespaces = [{ type: 'mount' }, { type: 'cgroup' }];
    config.mounts = config.mounts!.filter(({ type }) => type !== 'mqueue' && type !== 'sysfs');
  },
};

const calls: Readonly<Record<string, readonly string[]>> = {
  'with nothing said': [],
  'as another user, in more groups': ['--user', '1001:1002', '--additional-gids', '7', '--additional-gids', '8'],
  'as another user of the same group': ['-u', '1001'],
  'with more environment': ['-e', 'A=2', '-e', 'B=a=b c', '-e', 'HOME=/tmp'],
  'in another directory': ['--cwd', '/var'],
  'with a capability': ['--cap', 'CAP_SYS_TIME'],
  'without new privileges': ['--no-new-privs'],
};

describe('exec, and what a process sees of itself', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    needs(this, 'runc');
  });
  leaveNothing();

  for (const [name, change] of Object.entries(configs)) {
    it(`is the same as under runc, in ${name}`, async () => {
      await using pair = await pairOf(change);
      for (const [call, words] of Object.entries(calls)) {
        const [ours, theirs] = [await pair.ours(words), await pair.theirs(words)];
        expect(parse(ours.stdout), call).to.deep.equal(parse(theirs.stdout));
        expect(Object.keys(parse(ours.stdout)), call).to.deep.equal(Object.keys(sections));
        for (const section of ['namespaces', 'mounts', 'cgroups']) expect(parse(ours.stdout)[section], call).to.equal('the same');
        expect([ours.code, ours.stderr], call).to.deep.equal([theirs.code, theirs.stderr]);
      }
    });
  }

  it('is the same as under runc with --process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'standpipe-process-'));
    const file = join(directory, 'process.json');
    const described: Process = {
      args: ['/bin/sh', '-c', view],
      cwd: '/etc',
      user: { uid: 5, gid: 6, additionalGids: [7] },
      env: ['PATH=/bin', 'X=y'],
      capabilities: { bounding: ['CAP_CHOWN', 'CAP_KILL'], effective: ['CAP_CHOWN'], permitted: ['CAP_CHOWN'] },
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 200, hard: 200 }],
      noNewPrivileges: false,
    };
    writeFileSync(file, JSON.stringify(described));
    await using pair = await pairOf((config) => {
      config.process!.oomScoreAdj = 300;
    });
    const [ours, theirs] = [await pair.ours(['--process', file], []), await pair.theirs(['--process', file], [])];
    rmSync(directory, { recursive: true });
    expect(parse(ours.stdout)).to.deep.equal(parse(theirs.stdout));
    expect([ours.code, ours.stderr]).to.deep.equal([theirs.code, theirs.stderr]);
  });

  it('fails as under runc, in the same words and with the same code', async () => {
    await using pair = await pairOf(() => undefined);
    const failures: readonly (readonly [words: readonly string[], behind: readonly string[], text: RegExp])[] = [
      [[], ['nope'], /exec: "nope": executable file not found in \$PATH/],
      [[], ['/nope'], /exec: "\/nope": stat \/nope: no such file or directory/],
      [[], ['/etc/passwd'], /exec: "\/etc\/passwd": permission denied/],
      [['--cwd', '/nope'], ['true'], /"\/nope".*no such file or directory/],
      [['--user', 'root'], ['true'], /"root"/],
    ];
    for (const [words, behind, text] of failures) {
      const [ours, theirs] = [await pair.ours(words, behind), await pair.theirs(words, behind)];
      expect(theirs.stderr.replaceAll(String.raw`\"`, '"')).to.match(text);
      expect(ours.stderr).to.match(text);
      expect([ours.code, ours.stdout]).to.deep.equal([theirs.code, theirs.stdout]);
    }
    for (const script of ['exit 3', 'kill -9 $$', 'kill -15 $$']) {
      const [ours, theirs] = [await pair.ours([], ['sh', '-c', script]), await pair.theirs([], ['sh', '-c', script])];
      expect(ours).to.deep.equal(theirs);
    }
  });

  it('runs in a cgroup below the container as under runc', async () => {
    await using pair = await pairOf(() => undefined);
    const script = "grep -E ':(memory|pids):' /proc/self/cgroup | sed 's,.*/standpipe-test[^/]*,,'";
    for (const exec of [pair.ours, pair.theirs]) {
      const { stdout } = await exec([], ['sh', '-c', "grep -E ':(memory|pids):' /proc/self/cgroup | cut -d: -f2-"]);
      for (const line of stdout.trim().split('\n')) {
        const [controller = '', path = ''] = line.split(':');
        mkdirSync(join(`/sys/fs/cgroup/${controller}`, path, 'sub'));
      }
    }
    const words = ['--cgroup', 'memory,pids:sub'];
    const [ours, theirs] = [await pair.ours(words, ['sh', '-c', script]), await pair.theirs(words, ['sh', '-c', script])];
    expect(ours).to.deep.equal(theirs);
    expect(ours.stdout).to.equal('/sub\n/sub\n');
    for (const refused of [
      ['--cgroup', 'nope:sub'],
      ['--cgroup', 'memory:nope'],
      ['--cgroup', 'memory:../..'],
    ])
      expect([(await pair.ours(refused, ['true'])).code, (await pair.theirs(refused, ['true'])).code], refused[1]).to.deep.equal([
        255, 255,
      ]);
  });
});
