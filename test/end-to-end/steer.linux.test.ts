import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { detached, type Detached, until } from './detached.js';
import { standpipe, standpipePath } from './standpipe.js';

const MIB = 2 ** 20;

const counting = 'i=0; while :; do i=$((i+1)); echo $i >/tmp/next; mv /tmp/next /tmp/count; usleep 2000; done';

describe('steering a container', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    if (!existsSync('/sys/fs/cgroup/freezer')) this.skip();
  });
  leaveNothing();

  async function succeeds(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await standpipe(words);
    expect({ code, stderr }, words.join(' ')).to.deep.equal({ code: 0, stderr: '' });
    return stdout;
  }

  async function fails(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await standpipe(words);
    expect({ code, stdout }, words.join(' ')).to.deep.equal({ code: 1, stdout: '' });
    return stderr;
  }

  it('stops it where it is, and lets it run on', async () => {
    await using container = await detached(counting);
    const { id, file } = container;
    const count = (): string => readFileSync(file('tmp/count'), 'utf8');
    await until(() => existsSync(file('tmp/count')), 'the first count');

    expect(await succeeds('pause', id)).to.equal('');
    const stopped = count();
    await sleep(100);
    expect(count()).to.equal(stopped);
    expect(await fails('pause', id)).to.equal(`standpipe: container not running: "${id}" is paused\n`);
    expect(JSON.parse(await succeeds('ps', '--format', 'json', id))).to.include(container.pid);

    expect(await succeeds('resume', id)).to.equal('');
    await until(() => count() !== stopped, 'counting on');
    expect(await fails('resume', id)).to.equal(`standpipe: container not paused: "${id}" is running\n`);
  });

  it('is refused in the words that clients look for', async () => {
    await using container = await detached('exit 0');
    const { id, pid } = container;
    await until(() => !existsSync(`/proc/${String(pid)}`), 'its end');
    for (const verb of ['pause', 'update', 'events']) {
      expect(await fails(verb, id)).to.equal(`standpipe: container not running: "${id}" is stopped\n`);
    }
    expect(await fails('resume', id)).to.equal(`standpipe: container not paused: "${id}" is stopped\n`);
    expect(await succeeds('ps', '--format=json', id)).to.equal('[]\n');
    for (const words of [['pause'], ['resume'], ['update', '--memory', '64M'], ['ps'], ['events', '--stats']]) {
      expect(await fails(...words, 'nobody')).to.equal('standpipe: container does not exist: "nobody"\n');
    }
  });

  describe('update', () => {
    const limits = ({ limit }: Detached): Record<string, string> => ({
      memory: limit('memory', 'memory.limit_in_bytes'),
      shares: limit('cpu', 'cpu.shares'),
      quota: limit('cpu', 'cpu.cfs_quota_us'),
      period: limit('cpu', 'cpu.cfs_period_us'),
      pids: limit('pids', 'pids.max'),
      cpus: limit('cpuset', 'cpuset.cpus'),
    });

    it('sets what its flags name, and nothing else', async () => {
      await using container = await detached('sleep 100', (config) => {
        config.linux!.resources = { memory: { limit: 64 * MIB }, pids: { limit: 50 } };
      });
      const { id } = container;
      const first = limits(container);
      expect(first).to.include({ memory: String(64 * MIB), pids: '50' });
      await succeeds('update', '--memory', '96M', '--cpu-share=512', '--cpu-quota', '25000', '-cpu-period', '50000', id);
      expect(limits(container)).to.deep.equal({ ...first, memory: String(96 * MIB), shares: '512', quota: '25000', period: '50000' });
      await succeeds('update', id, '--cpuset-cpus', '0', '--pids-limit', '-1', '--cpu-quota', '-1');
      expect(limits(container)).to.include({ memory: String(96 * MIB), cpus: '0', pids: 'max', quota: '-1' });
    });

    it('sets what a document says, from a file or standard input', async () => {
      await using container = await detached('sleep 100');
      const { id } = container;
      const input = JSON.stringify({ memory: { limit: 32 * MIB, swap: 0 }, cpu: { shares: 2048, cpus: '' }, unknown: 1 });
      expect(await standpipe(['update', '--resources', '-', id], { input })).to.deep.include({ code: 0, stderr: '' });
      expect(limits(container)).to.include({ memory: String(32 * MIB), shares: '2048' });

      const directory = mkdtempSync(join(tmpdir(), 'standpipe-update-'));
      try {
        writeFileSync(join(directory, 'r.json'), '{"pids":{"limit":9}}');
        await succeeds('update', `--resources=${directory}/r.json`, id);
        expect(limits(container)).to.include({ memory: String(32 * MIB), pids: '9' });
      } finally {
        rmSync(directory, { recursive: true });
      }
    });

    it('that fails leaves everything as it was', async () => {
      await using container = await detached('sleep 100', (config) => {
        config.linux!.resources = { memory: { limit: 64 * MIB }, cpu: { shares: 512 }, pids: { limit: 50 } };
      });
      const { id } = container;
      const first = limits(container);
      // The kernel refuses the memory, which comes after the weight: what is in use can't be pressed into a page.
      const refused = await standpipe(['update', '--cpu-share', '256', '--pids-limit', '7', '--memory', '4096', id]);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.match(/^standpipe: write "4096" to "[^"]*memory\.limit_in_bytes": EBUSY/);
      expect(limits(container)).to.deep.equal(first);

      for (const [document, complaint] of [
        ['{"memory":{"limit":-5},"pids":{"limit":7}}', '/memory/limit: -5 is out of range'],
        ['{"memory":', 'line 1'],
        ['{"pids":{"limit":7},"memory":{"limit":8388608,"swap":4194304}}', '/memory/swap'],
      ] as const) {
        const { code, stderr } = await standpipe(['update', '-r', '-', id], { input: document });
        expect(code, document).to.equal(1);
        expect(stderr).to.include(complaint);
        expect(limits(container), document).to.deep.equal(first);
      }
    });

    it('refuses what there is no plugin for, and limits that would not count', async () => {
      expect(await fails('update', '--l3-cache-schema', 'L3:0=f', 'any')).to.include('there is no plugin for Intel RDT yet');
      const { code, stderr } = await standpipe(['update', '--memory', '1G', '-r', '-', 'any'], { input: '{}' });
      expect(code).to.equal(1);
      expect(stderr).to.include('--resources names all limits');
    });

    it('puts other device rules in place of those before', async () => {
      await using container = await detached(
        'while :; do (: </dev/fuse) 2>/tmp/err; cp /tmp/err /tmp/said; usleep 5000; done',
        (config) => {
          config.linux!.devices = [{ type: 'c', path: '/dev/fuse', major: 10, minor: 229 }];
        },
      );
      const { id, file, limit } = container;
      const said = (): string => (existsSync(file('tmp/said')) ? readFileSync(file('tmp/said'), 'utf8') : '');
      await until(() => said().includes('Operation not permitted'), 'a refusal');
      const rules = [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      ];
      expect(await standpipe(['update', '-r', '-', id], { input: JSON.stringify({ devices: rules }) })).to.deep.include({
        code: 0,
        stderr: '',
      });
      expect(limit('devices', 'devices.list')).to.include('c 10:229 rw').and.to.include('c 1:3 rwm');
      await until(() => !said().includes('Operation not permitted'), 'no more refusals');
      await succeedsWithRules(id, [{ allow: false, access: 'rwm' }]);
      expect(limit('devices', 'devices.list')).not.to.include('c 10:229 rw');
    });

    async function succeedsWithRules(id: string, devices: object[]): Promise<void> {
      expect(await standpipe(['update', '-r', '-', id], { input: JSON.stringify({ devices }) })).to.deep.include({ code: 0, stderr: '' });
    }
  });

  describe('ps', () => {
    it("shows its processes by ps(1), with ps's options, and as JSON", async function () {
      needs(this, 'ps');
      await using container = await detached('sleep 101 & sleep 102 & wait');
      const { id, pid } = container;
      let pids: number[] = [];
      for (const deadline = Date.now() + 5000; pids.length < 3 && Date.now() < deadline;) {
        pids = JSON.parse(await succeeds('ps', '--format', 'json', id)) as number[];
      }
      expect(pids).to.have.length(3).and.to.include(pid);

      const [heading, ...rows] = (await succeeds('ps', id)).trimEnd().split('\n');
      expect(heading).to.match(/^UID +PID +PPID /);
      expect(rows.map((row) => Number(row.trim().split(/\s+/)[1]))).to.have.members(pids);
      const [, ...own] = (await succeeds('ps', id, '-e', '-o', 'pid,args')).trimEnd().split('\n');
      expect(own.map((row) => row.trim().replace(/^\d+ /, ''))).to.include.members(['sleep 101', 'sleep 102']);
      expect(await fails('ps', id, '--no-such-option')).to.include('list processes with ps(1): error:');
    });
  });

  describe('events', () => {
    interface Event {
      readonly type: string;
      readonly id: string;
      readonly data?: {
        readonly pids: { readonly current?: number; readonly limit?: number };
        readonly memory: { readonly usage: { readonly limit: number } };
      };
    }
    const parse = (output: string): Event[] =>
      output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Event);

    it('prints what it uses, in the shape of runc', async () => {
      await using container = await detached('sleep 100', (config) => {
        config.linux!.resources = { memory: { limit: 64 * MIB }, pids: { limit: 50 } };
      });
      const { id } = container;
      const [event, ...more] = parse(await succeeds('events', '--stats', id));
      expect(more).to.deep.equal([]);
      expect(event).to.have.keys('type', 'id', 'data');
      expect(event).to.include({ type: 'stats', id });
      expect(event?.data).to.include.keys('cpu', 'cpuset', 'memory', 'pids', 'blkio', 'hugetlb', 'intel_rdt', 'network_interfaces');
      expect(event?.data?.pids).to.deep.equal({ current: 1, limit: 50 });
      expect(event?.data?.memory.usage.limit).to.equal(64 * MIB);
    });

    it('goes on until it ends, and tells when its memory runs out', async function () {
      this.timeout(20_000);
      await using container = await detached(
        'until [ -e /go ]; do usleep 5000; done; (dd if=/dev/zero of=/dev/null bs=256M count=1) 2>/dev/null; usleep 500000',
        (config) => {
          config.linux!.resources = { memory: { limit: 32 * MIB, swap: 32 * MIB } };
        },
      );
      const { id, file } = container;
      const watching = standpipe(['events', '--interval', '50ms', id]);
      await sleep(400);
      writeFileSync(file('go'), '');
      const { code, stderr, stdout } = await watching;
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const types = parse(stdout).map(({ type }) => type);
      expect(types.filter((type) => type === 'stats').length).to.be.greaterThan(3);
      expect(types).to.include('oom');
    });

    it('ends when nobody reads on', async () => {
      await using container = await detached('sleep 100');
      const { code, stdout } = await run('sh', [
        '-c',
        '"$0" "$1" events --interval 20ms "$2" | head -n 1',
        process.execPath,
        standpipePath,
        container.id,
      ]);
      expect(code).to.equal(0);
      expect(parse(stdout)).to.have.length(1);
    });

    it('refuses a time that is none', async () => {
      const { code, stderr } = await standpipe(['events', '--interval', '0s', 'any']);
      expect(code).to.equal(1);
      expect(stderr).to.include('--interval takes a time above zero');
    });
  });

  describe('top', () => {
    it('prints all containers once when it is no terminal, and as JSON', async () => {
      await using busy = await detached('while :; do :; done', (config) => {
        config.linux!.resources = { cpu: { quota: 50_000, period: 100_000 }, memory: { limit: 64 * MIB } };
      });
      await using idle = await detached('sleep 100');
      await succeeds('pause', idle.id);
      const [heading, ...rows] = (await succeeds('top')).trimEnd().split('\n');
      expect(heading).to.match(/^CONTAINER +STATUS +CPU % +MEMORY +LIMIT +PIDS /);
      const row = (id: string): string => rows.find((one) => one.startsWith(`${id} `)) ?? '';
      expect(row(busy.id)).to.match(/ running +[1-9][\d.]* .* 64M +1 /);
      expect(row(idle.id)).to.match(/ paused +0\.0 /);
      expect(rows.indexOf(row(busy.id))).to.be.lessThan(rows.indexOf(row(idle.id)));

      const looks = (await succeeds('top', '--json', '-n', '2', '-i', '500ms', '--sort', 'id')).trimEnd().split('\n');
      expect(looks).to.have.length(2);
      for (const look of looks) {
        const found = (JSON.parse(look) as { id: string; status: string; usage: { cpuPercent: number; memoryLimitBytes: number } }[]).find(
          ({ id }) => id === busy.id,
        );
        expect(found?.status).to.equal('running');
        expect(found?.usage.cpuPercent).to.be.within(0.1, 100);
        expect(found?.usage.memoryLimitBytes).to.equal(64 * MIB);
      }
    });

    describe('on a terminal', () => {
      interface Terminal {
        readonly child: ChildProcess;
        readonly output: () => string;
        readonly exited: Promise<number | null>;
      }

      /** A shell's command on a pseudo terminal. */
      function onTerminal(script: string, command: string): Terminal {
        const env = {
          ...process.env,
          TERM: 'xterm',
          LC_ALL: 'C.UTF-8',
          SHELL: '/bin/sh',
          TOP: `'${process.execPath}' '${standpipePath}' top`,
        };
        const child = spawn(script, ['-qefc', `stty cols 120 rows 20; ${command}`, '/dev/null'], {
          env,
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
        const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
        return { child, output: () => output, exited };
      }

      const ENTER = '\x1b[?1049h';
      const LEAVE = '\x1b[?1049l';

      it('takes all of it, obeys keys, and gives it back as it was', async function () {
        const script = needs(this, 'script');
        await using container = await detached('sleep 100');
        const { child, output, exited } = onTerminal(script, 'eval "$TOP" --interval 100ms; echo "ended with $?"; stty -a');
        await until(() => output().includes(container.id), 'the table');
        expect(output()).to.include('[c CPU]');
        child.stdin?.write('m');
        await until(() => output().includes('[m memory]'), 'another order');
        child.stdin?.write('q');
        await until(() => output().includes('iexten'), 'the end');
        child.stdin?.end();
        expect(await exited).to.equal(0);

        expect(output().startsWith(ENTER)).to.equal(true);
        expect(output().split(LEAVE)).to.have.length(2);
        // Canonical mode and echo are on.
        expect(output().split(LEAVE)[1])
          .to.include('ended with 0')
          .and.to.match(/ icanon /)
          .and.to.match(/ echo /);
      });

      it('is stopped by Ctrl-Z off the screen, and comes back to it', async function () {
        const script = needs(this, 'script');
        const { child, output, exited } = onTerminal(script, 'set -m; eval "$TOP"; echo "stopped with $?"; fg; echo "ended with $?"');
        await until(() => output().includes('q quits'), 'the table');
        child.stdin?.write('\x1a');
        await until(() => output().includes('stopped with') && output().split(ENTER).length === 3, 'coming back');
        child.stdin?.write('\x03');
        await until(() => output().includes('ended with 0'), 'the end');
        child.stdin?.end();
        await exited;
        expect(output().split(LEAVE)).to.have.length(3);
      });

      for (const [signal, code] of [
        ['SIGTERM', 143],
        ['SIGINT', 130],
        ['SIGHUP', 129],
        ['SIGQUIT', 131],
      ] as const) {
        it(`gives it back when ${signal} ends it`, async function () {
          const script = needs(this, 'script');
          const { child, output, exited } = onTerminal(
            script,
            `ulimit -c 0; sh -c 'echo pid $$; eval "exec $TOP"'; echo "ended with $?"; stty -a`,
          );
          await until(() => output().includes('q quits'), 'the table');
          process.kill(Number(/pid (\d+)/.exec(output())?.[1]), signal);
          await until(() => output().includes('iexten'), 'the end');
          child.stdin?.end();
          await exited;
          const after = output().split(LEAVE)[1] ?? '';
          expect(after)
            .to.include(`ended with ${String(code)}`)
            .and.to.match(/ icanon /);
        });
      }
    });
  });
});
