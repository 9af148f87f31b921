import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { leaveNothing, needs, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, describe, it } from 'mocha';
import { type Cgroup, createCgroup, type CreateCgroupSettings, openCgroup } from '../src/index.js';
import { layouts, ownPath, ticksOf } from './hierarchies.js';

const errorOf = async (body: () => unknown): Promise<NodeJS.ErrnoException & { details?: Record<string, unknown> }> => {
  try {
    await body();
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  throw new Error('expected to fail');
};

const busy = 'while :; do :; done';
// Forks as fast as it can, and goes on where that is refused.
const bomb = 'exec perl -e "fork while 1"';

for (const [name, layout] of Object.entries(layouts())) {
  describe(`a cgroup on ${name}`, function () {
    this.timeout(30_000);
    before(function () {
      needsRoot(this);
      // Node opens an inotify instance with its first watch, and keeps it.
      watch('/').close();
    });

    let made: Cgroup[] = [];
    // Before the look at what was left.
    afterEach(async () => {
      for (const cgroup of made.toReversed()) await cgroup.remove({ kill: true });
      made = [];
    });

    leaveNothing();

    const make = (path: string, settings: CreateCgroupSettings = {}): Cgroup => {
      const cgroup = createCgroup(ownPath(path), { layout, ...settings });
      made.push(cgroup);
      return cgroup;
    };
    const has = (controller: string): boolean => layout.hierarchies.some(({ controllers }) => controllers.includes(controller));
    const needsController = (context: Mocha.Context, controller: string): void => {
      if (!has(controller)) skip(context, `the ${controller} controller is not on ${name} here`);
    };
    const started = async (cgroup: Cgroup, script: string): Promise<ChildProcess> => {
      const child = cgroup.spawn('sh', ['-c', `echo; ${script}`], { stdio: ['ignore', 'pipe', 'ignore'] });
      await once(child.stdout ?? child, 'data');
      return child;
    };

    it('is made in every hierarchy, found again, and removed', async () => {
      const cgroup = make('made');
      expect(cgroup.path).to.equal(ownPath('made'));
      expect(cgroup.directories).to.have.length(layout.hierarchies.length);
      for (const { path } of cgroup.directories) expect(existsSync(join(path, 'cgroup.procs')), path).to.equal(true);
      expect(openCgroup(cgroup.path, { layout }).directories).to.deep.equal(cgroup.directories);
      const paths = cgroup.directories.map(({ path }) => path);
      expect(openCgroup(paths, { layout }).directories).to.deep.equal(cgroup.directories);
      await cgroup.remove();
      expect(cgroup.exists()).to.equal(false);
      await cgroup.remove();
      expect(await errorOf(() => openCgroup(cgroup.path, { layout }))).to.include({ code: 'CGROUP_UNKNOWN' });
    });

    it('is not made twice, and what is in the first stays', async () => {
      const cgroup = make('twice');
      const child = await started(cgroup, 'exec sleep 60');
      expect(await errorOf(() => createCgroup(cgroup.path, { layout }))).to.include({ code: 'CGROUP_EXISTS' });
      expect(cgroup.pids()).to.deep.equal([child.pid]);
    });

    it('leaves nothing of what could not be made whole', async () => {
      // The last hierarchy has it already: those before are made, and taken back.
      const last = layout.hierarchies.at(-1);
      const taken = join(last?.mountPoint ?? '', ownPath('half'));
      mkdirSync(taken);
      try {
        expect(await errorOf(() => createCgroup(ownPath('half'), { layout }))).to.include({ code: 'CGROUP_EXISTS' });
        const left = layout.hierarchies.filter(({ mountPoint }) => existsSync(join(mountPoint, ownPath('half'))));
        expect(left.map(({ mountPoint }) => mountPoint)).to.deep.equal([last?.mountPoint]);
      } finally {
        rmdirSync(taken);
      }
    });

    it('removes the parents, too, that it made on the way to a failure', async function () {
      needsController(this, 'cpuset');
      const path = `${ownPath('parents')}/a/b`;
      const error = await errorOf(() => createCgroup(path, { layout, resources: { cpu: { cpus: '8000' } } }));
      expect(error.message).to.match(/^write "8000" to ".*\/b\/cpuset.cpus": E\w+ \(.*\): this machine has no/);
      expect(error.details).to.include({ pointer: '/cpu/cpus', value: '8000' });
      const left = layout.hierarchies.map(({ mountPoint }) => join(mountPoint, ownPath('parents'))).filter((one) => existsSync(one));
      expect(left).to.deep.equal([]);
    });

    for (const path of ['/a/../b', '../b', '/..', '/standpipe\0', '/standpipe\n'])
      it(`refuses the path ${JSON.stringify(path)}`, async () => {
        expect(await errorOf(() => createCgroup(path, { layout }))).to.include({ code: 'CGROUP_PATH_INVALID' });
        expect(await errorOf(() => openCgroup(path, { layout }))).to.include({ code: 'CGROUP_PATH_INVALID' });
      });

    it('refuses directories that are no cgroups, or lead out of the hierarchy', async () => {
      const mountPoint = layout.hierarchies[0]?.mountPoint ?? '';
      for (const path of ['/tmp', '/sys/fs/cgroup-other', `${mountPoint}/../..`, 'tmp'])
        expect(await errorOf(() => openCgroup([path], { layout })), path).to.include({ code: 'CGROUP_PATH_INVALID' });
      const pretended = { hierarchies: [{ version: 2 as const, mountPoint: '/tmp', controllers: [], own: '/' }] };
      expect(await errorOf(() => openCgroup('/', { layout: pretended }))).to.include({ code: 'UNSAFE' });
      expect(await errorOf(() => createCgroup('/standpipe-x', { layout: pretended }))).to.include({ code: 'UNSAFE' });
      expect(existsSync('/tmp/standpipe-x')).to.equal(false);
    });

    it('leaves the root and its own cgroup in peace', async () => {
      const root = openCgroup('/', { layout });
      expect(await errorOf(async () => root.kill())).to.include({ code: 'UNSAFE' });
      expect(await errorOf(async () => root.freeze())).to.include({ code: 'UNSAFE' });
      expect(await errorOf(async () => root.remove({ kill: true }))).to.include({ code: 'UNSAFE' });
    });

    it('holds a program from its first instruction on, and its children', async () => {
      const cgroup = make('spawn');
      const child = cgroup.spawn('cat', ['/proc/self/cgroup'], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      expect(await once(child, 'close')).to.deep.equal([0, null]);
      expect(text.split('\n').filter((line) => line.endsWith(cgroup.path))).to.have.length(layout.hierarchies.length);
      const [code] = (await once(cgroup.spawn('/nonexistent', [], { stdio: 'ignore' }), 'close')) as [number];
      expect(code).to.equal(127);
    });

    it('does not start a program in a cgroup that is gone', async () => {
      const cgroup = make('gone');
      await cgroup.remove();
      const [code] = (await once(cgroup.spawn('true', [], { stdio: 'ignore' }), 'close')) as [number];
      expect(code).to.equal(126);
    });

    it('takes a process in, and lists processes and threads, nested ones too', async () => {
      const cgroup = make('list');
      const below = make('list/below');
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
      const pid = child.pid ?? 0;
      try {
        below.add(pid);
        expect(cgroup.pids()).to.deep.equal([]);
        expect(cgroup.pids({ recursive: true })).to.deep.equal([pid]);
        expect(below.pids()).to.deep.equal([pid]);
        // Node starts its threads one after the other.
        const threads = (): string[] => readdirSync(`/proc/${String(pid)}/task`);
        for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(5)) {
          if (threads().length > 4 && below.tasks().join() === threads().join()) break;
        }
        expect(below.tasks().map(String)).to.have.members(threads());
        expect(cgroup.tasks()).to.deep.equal([]);
      } finally {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      expect(await errorOf(() => below.add(pid))).to.include({ code: 'ESRCH' });
    });

    it('stops all that run when frozen, and lets them go on when thawed', async () => {
      const cgroup = make('freeze');
      // Not in the cgroup itself: one that passes controllers on holds no processes on v2.
      const below = make('freeze/below');
      const children = [await started(below, busy), await started(make('freeze/beside/deep'), busy)];
      const ticks = (): number[] => children.map(({ pid = 0 }) => ticksOf(pid));
      expect(cgroup.state).to.equal('thawed');
      await cgroup.freeze();
      expect(cgroup.state).to.equal('frozen');
      expect(below.state).to.equal('frozen');
      const before = ticks();
      await sleep(300);
      expect(ticks(), 'frozen').to.deep.equal(before);
      await cgroup.freeze();
      expect(await errorOf(async () => below.thaw({ timeoutMs: 300 }))).to.include({ code: 'CGROUP_FROZEN_ABOVE' });
      await cgroup.thaw();
      expect(cgroup.state).to.equal('thawed');
      const deadline = Date.now() + 10_000;
      while (ticks().some((one, index) => one <= (before[index] ?? 0)) && Date.now() < deadline) await sleep(20);
      for (const [index, one] of ticks().entries()) expect(one, 'thawed').to.be.greaterThan(before[index] ?? 0);
    });

    it('freezes one that has no processes', async () => {
      const cgroup = make('empty');
      await cgroup.freeze();
      expect(cgroup.state).to.equal('frozen');
      await cgroup.thaw();
      expect(cgroup.state).to.equal('thawed');
    });

    it('freezes a vfork that waits for its child, and processes that start others without end', async () => {
      const cgroup = make('vfork');
      await started(cgroup, 'while :; do /bin/true; done');
      await started(cgroup, 'while :; do (:) & wait; done');
      for (let round = 0; round < 10; round++) {
        await cgroup.freeze();
        const pids = cgroup.pids();
        await sleep(10);
        expect(cgroup.pids()).to.deep.equal(pids);
        await cgroup.thaw();
      }
    });

    it('kills all, nested and frozen ones too, and removes all that', async () => {
      const cgroup = make('kill');
      const below = make('kill/below/deep');
      const ended = Promise.all(
        [await started(make('kill/beside'), busy), await started(below, 'exec sleep 60')].map((child) => once(child, 'exit')),
      );
      await cgroup.freeze();
      const begun = Date.now();
      await cgroup.remove({ kill: true });
      expect(Date.now() - begun).to.be.lessThan(5000);
      expect(await ended).to.deep.equal([
        [null, 'SIGKILL'],
        [null, 'SIGKILL'],
      ]);
      expect(below.exists()).to.equal(false);
      await cgroup.kill();
    });

    it('kills what forks faster than it is killed', async function () {
      needs(this, 'perl');
      // Where the pids controller is not part of it, a cgroup of that alone holds the bomb.
      const pids = Object.values(layouts()).find(({ hierarchies }) => hierarchies.some(({ controllers }) => controllers.includes('pids')));
      if (pids === undefined) skip(this, 'the pids controller is not here');
      const hierarchies = pids.hierarchies.filter(({ controllers }) => controllers.includes('pids'));
      const bound = has('pids')
        ? undefined
        : createCgroup(ownPath('bomb-bound'), { layout: { hierarchies }, resources: { pids: { limit: 60 } } });
      try {
        const cgroup = make('bomb', bound === undefined ? { resources: { pids: { limit: 60 } } } : {});
        const child = cgroup.spawn('sh', ['-c', 'read go; ' + bomb], { stdio: ['pipe', 'ignore', 'ignore'] });
        bound?.add(child.pid ?? 0);
        child.stdin?.end('go\n');
        for (const deadline = Date.now() + 10_000; cgroup.pids().length < 50 && Date.now() < deadline;) await sleep(5);
        expect(cgroup.pids().length).to.be.greaterThan(30);
        await cgroup.kill();
        expect(cgroup.pids({ recursive: true })).to.deep.equal([]);
        await sleep(50);
        expect(cgroup.pids({ recursive: true })).to.deep.equal([]);
        await cgroup.remove();
      } finally {
        await bound?.remove({ kill: true });
      }
    });

    it('does not kill or freeze the one who asks', async () => {
      const cgroup = make('own');
      const source = `
        import { openCgroup } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
        const cgroup = openCgroup(${JSON.stringify(cgroup.path)});
        for (const attempt of ['kill', 'freeze']) await cgroup[attempt]().catch(({ code }) => console.log(attempt, code));`;
      const child = cgroup.spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      await once(child, 'close');
      expect(text).to.equal('kill UNSAFE\nfreeze UNSAFE\n');
    });

    it('says which processes keep it from being removed', async () => {
      const cgroup = make('busy');
      const { pid = 0 } = await started(cgroup, 'exec sleep 60');
      const error = await errorOf(async () => cgroup.remove({ timeoutMs: 50 }));
      expect(error).to.include({ code: 'CGROUP_BUSY' });
      expect(error.details).to.deep.equal({ pids: [pid] });
      expect(cgroup.pids()).to.deep.equal([pid]);
    });

    it('removes a nest that is deeper than a path may be long', async () => {
      const cgroup = make('deep');
      const { path = '' } = cgroup.directories[0] ?? {};
      const step = 'n'.repeat(200);
      const child = spawn(
        'sh',
        ['-c', `cd ${path} && i=0; while [ $i -lt 30 ]; do mkdir ${step} && cd -P ${step} || exit 1; i=$((i+1)); done`],
        {
          stdio: ['ignore', 'inherit', 'inherit'],
        },
      );
      expect(await once(child, 'close')).to.deep.equal([0, null]);
      await cgroup.remove();
      expect(cgroup.exists()).to.equal(false);
    });

    it('tells of its first and its last process, and of its end', async () => {
      const cgroup = make('events');
      const events = cgroup.events();
      const child = await started(cgroup, 'exec sleep 60');
      expect(await events.next()).to.deep.equal({ done: false, value: { type: 'populated', populated: true } });
      child.kill('SIGKILL');
      expect(await events.next()).to.deep.equal({ done: false, value: { type: 'populated', populated: false } });
      await cgroup.remove();
      const rest = [];
      for await (const event of events) rest.push(event);
      expect(rest).to.deep.equal([{ type: 'removed' }]);
    });

    it('tells what happened a moment before it is closed', async () => {
      const cgroup = make('late');
      await started(cgroup, 'exec sleep 60');
      const events = cgroup.events();
      await cgroup.kill();
      events.close();
      const seen = [];
      for await (const event of events) seen.push(event);
      expect(seen).to.deep.equal([{ type: 'populated', populated: false }]);
    });

    it('ends the telling when asked to, waiting or not', async () => {
      const cgroup = make('closed');
      const events = cgroup.events();
      const next = events.next();
      events.close();
      expect(await next).to.deep.equal({ done: true, value: undefined });
      expect(await events.next()).to.deep.equal({ done: true, value: undefined });
      setTimeout(() => cgroup.spawn('sleep', ['60'], { stdio: 'ignore' }), 10);
      for await (const event of cgroup.events()) {
        expect(event).to.deep.equal({ type: 'populated', populated: true });
        break;
      }
    });

    describe('limits', () => {
      it('memory: what takes more is killed, and told of', async function () {
        needsController(this, 'memory');
        const cgroup = make('oom', { resources: { memory: { limit: 32 << 20, swap: 32 << 20 } } });
        const events = cgroup.events();
        const child = cgroup.spawn(process.execPath, ['-e', 'const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1))'], {
          stdio: 'ignore',
        });
        expect(await once(child, 'close')).to.deep.equal([null, 'SIGKILL']);
        const seen = new Set<string>();
        for await (const event of events) {
          seen.add(event.type);
          if (seen.has('oom') && seen.has('oom-kill')) break;
        }
        const { usage } = cgroup.stats().memory;
        expect(usage.limit).to.equal(32 << 20);
        expect(Number(usage.max || 32 << 20)).to.be.within(16 << 20, 32 << 20);
      });

      it('pids: no fork beyond it', async function () {
        needsController(this, 'pids');
        needs(this, 'perl');
        const cgroup = make('pids', { resources: { pids: { limit: 3 } } });
        await started(cgroup, 'exec perl -e "fork for 1..3; sleep 60"');
        for (const deadline = Date.now() + 5000; cgroup.pids().length < 3 && Date.now() < deadline;) await sleep(5);
        expect(cgroup.pids()).to.have.length(3);
        expect(cgroup.stats().pids).to.deep.equal({ current: 3, limit: 3 });
      });

      it('devices: those that no rule allows are denied', async () => {
        const rule = { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' };
        const cgroup = make('devices', { resources: { devices: [rule] } });
        const child = cgroup.spawn('sh', ['-c', 'cat /dev/null && ! cat /dev/zero'], { stdio: 'ignore' });
        expect(await once(child, 'close')).to.deep.equal([0, null]);
      });

      it('cpu: throttled to the quota, within 15%', async function () {
        needsController(this, 'cpu');
        const cgroup = make('cpu', { resources: { cpu: { quota: 20_000, period: 100_000 } } });
        await started(cgroup, busy);
        const usage = (): number => Number(cgroup.stats().cpu.usage.total);
        const [from, begun] = [usage(), process.hrtime.bigint()];
        await sleep(2000);
        const part = (usage() - from) / Number(process.hrtime.bigint() - begun);
        expect(part).to.be.within(0.17, 0.23);
        expect(Number(cgroup.stats().cpu.throttling.throttledPeriods)).to.be.greaterThan(5);
      });
    });
  });
}

describe('a cgroup elsewhere', () => {
  it('there is none without hierarchies', async () => {
    expect(await errorOf(() => createCgroup('/x', { layout: { hierarchies: [] } }))).to.include({ code: 'NOT_SUPPORTED' });
    expect(await errorOf(() => openCgroup('/x', { layout: { hierarchies: [] } }))).to.include({ code: 'NOT_SUPPORTED' });
    expect(readFileSync('/proc/self/cgroup', 'utf8')).to.include('/');
  });
});
