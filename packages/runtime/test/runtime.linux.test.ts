import { rejects } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SpecError } from '@standpipe/errors';
import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { bundle, type Bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { openRuntime, type Runtime } from '../src/index.js';

function shell(script: string, change: Partial<Spec> = {}): Spec {
  const spec = structuredClone(defaultSpec());
  return {
    ...spec,
    process: { ...spec.process!, terminal: false, args: ['/bin/sh', '-c', script], capabilities: {} },
    ...change,
  };
}

describe('the runtime as a library', () => {
  let made: Bundle;
  let stateRoot: string;
  let runtime: Runtime;

  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    made = bundle({});
    // Node keeps the inotify instance that its first watch opens.
    watch('/').close();
  });
  after(() => {
    made[Symbol.dispose]();
  });
  leaveNothing();
  beforeEach(async () => {
    stateRoot = mkdtempSync(join(tmpdir(), 'standpipe-runtime-'));
    runtime = await openRuntime({ stateRoot });
  });
  afterEach(() => {
    expect(readdirSync(stateRoot)).to.deep.equal([]);
    rmSync(stateRoot, { recursive: true });
  });

  const id = (name: string): string => `standpipe-test-${String(process.pid)}-${name}`;
  const of = (name: string, script: string, change?: Partial<Spec>): { id: string; bundle: string; spec: Spec } => ({
    id: id(name),
    bundle: made.path,
    spec: shell(script, change),
  });

  describe('run', () => {
    it('runs a command to its end, and gives what it wrote', async () => {
      const finished = await runtime.run({ ...of('run', 'cat; echo wrong >&2; exit 3'), input: 'over' });
      expect(finished).to.deep.equal({ code: 3, stdout: 'over', stderr: 'wrong\n', warnings: [] });
    });

    it('says what failed, and keeps that apart from what the container writes', async () => {
      const spec = shell('true');
      await rejects(
        runtime.run({ id: id('missing'), bundle: made.path, spec: { ...spec, process: { ...spec.process!, args: ['nowhere'] } } }),
        {
          code: 'SET_UP_FAILED',
          message: /executable file not found in \$PATH/,
        },
      );
    });

    it('tells of every fault of a config before anything is touched', async () => {
      await rejects(
        runtime.run({ ...of('faults', 'true'), spec: { ...shell('true'), hostname: 7, domainname: 8 } as unknown as Spec }),
        (error) => {
          expect(error).to.have.property('code', 'SPEC_INVALID');
          expect((error as SpecError).issues.map(({ pointer }) => pointer)).to.deep.equal(['/hostname', '/domainname']);
          return true;
        },
      );
    });

    it('is aborted with the container gone', async () => {
      const abort = new AbortController();
      const running = runtime.run({ ...of('aborted', 'sleep 100'), signal: abort.signal });
      setTimeout(() => abort.abort(new Error('no more')), 300);
      await rejects(running, /no more/);
      await rejects(runtime.run({ ...of('aborted', 'sleep 100'), signal: AbortSignal.abort(new Error('never')) }), /never/);
    });

    it('is aborted at any moment of its set-up with nothing left', async () => {
      for (let delay = 0; delay < 40; delay += 2) {
        const abort = new AbortController();
        const running = runtime.run({ ...of(`moment-${String(delay)}`, 'sleep 100'), signal: abort.signal });
        setTimeout(() => abort.abort(new Error('no more')), delay);
        await rejects(running, /no more/);
        expect(readdirSync(stateRoot)).to.deep.equal([]);
      }
    });

    it("does not touch another's container of that id when it is aborted", async () => {
      await using other = await runtime.create(of('same', 'sleep 100'));
      await other.start();
      const abort = new AbortController();
      const running = runtime.run({ ...of('same', 'true'), signal: abort.signal });
      setTimeout(() => abort.abort(new Error('no more')), 1);
      await rejects(running);
      expect(other.state().status).to.equal('running');
    });

    it('kills what writes too much', async () => {
      await rejects(runtime.run({ ...of('yes', 'yes'), maxOutput: 1000 }), { code: 'OUTPUT_TOO_LARGE' });
    });

    it('runs many at once', async () => {
      const runs = await Promise.all(Array.from({ length: 20 }, async (_, i) => runtime.run(of(`many-${String(i)}`, `echo ${String(i)}`))));
      expect(runs.map(({ code, stdout }) => [code, stdout])).to.deep.equal(Array.from({ length: 20 }, (_, i) => [0, `${String(i)}\n`]));
    });
  });

  describe('create', () => {
    it('makes a container that is started, steered, waited for and deleted', async () => {
      await using container = await runtime.create({ ...of('whole', 'echo up; read line; echo "$line"; exit 4'), stdio: 'pipe' });
      const output = text(container.stdout!);
      expect(container.state().status).to.equal('created');
      await container.start();
      expect(container.state().status).to.equal('running');
      expect(runtime.list().map(({ id: name }) => name)).to.deep.equal([container.id]);
      expect(container.processes()).to.have.length(1);
      expect(container.stats().pids.current).to.equal(1);
      await container.pause();
      expect(container.state().status).to.equal('paused');
      await container.resume();
      await container.update({ pids: { limit: 12 } });
      expect(Number(container.stats().pids.limit)).to.equal(12);
      container.stdin?.end('down\n');
      expect(await container.wait()).to.deep.equal({ code: 4 });
      expect(await output).to.equal('up\ndown\n');
      expect(container.state().status).to.equal('stopped');
      await container.delete();
      await rejects(async () => container.state(), { code: 'CONTAINER_UNKNOWN' });
    });

    it('gives the same container to who asks for it by id', async () => {
      await using container = await runtime.create(of('again', 'sleep 100'));
      const again = runtime.get(container.id);
      await again.start();
      const waited = again.wait();
      await rejects(again.wait({ signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
      await again.kill('KILL');
      expect(await waited).to.deep.equal({ code: undefined });
      expect(await container.wait()).to.deep.equal({ code: 137 });
      expect(() => runtime.get('nobody')).to.throw('container does not exist');
    });

    it('tells what happens in it until it is told to stop', async () => {
      await using container = await runtime.create(of('events', 'sleep 100'));
      await container.start();
      const types: string[] = [];
      const stop = new AbortController();
      await rejects(
        async () => {
          for await (const { type } of container.events({ intervalMs: 20, signal: stop.signal })) if (types.push(type) === 3) stop.abort();
        },
        { name: 'AbortError' },
      );
      expect(types).to.deep.equal(['stats', 'stats', 'stats']);
    });

    describe('exec', () => {
      it('runs a command in it to its end, and gives what it wrote', async () => {
        await using container = await runtime.create(of('exec', 'sleep 100'));
        await container.start();
        const args = ['/bin/sh', '-c', 'cat; echo "$WHO in $PWD" >&2; exit 5'];
        expect(await container.exec({ args, env: ['WHO=me'], cwd: '/tmp', input: 'over' })).to.deep.equal({
          code: 5,
          stdout: 'over',
          stderr: 'me in /tmp\n',
          warnings: [],
        });
        await rejects(container.exec({ args: ['nowhere'] }), { code: 'SET_UP_FAILED', message: /executable file not found in \$PATH/ });
        await rejects(container.exec({ args: ['yes'], maxOutput: 1000 }), { code: 'OUTPUT_TOO_LARGE' });
        await rejects(container.exec({ args: ['sleep', '100'], signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
        expect(container.processes()).to.have.length(1);
      });

      it('starts a command that is waited for, and can be killed', async () => {
        await using container = await runtime.create(of('spawn', 'sleep 100'));
        await container.start();
        const command = await container.spawn({ args: ['sleep', '100'] });
        expect(container.processes()).to.have.length(2);
        command.kill('SIGKILL');
        expect(await command.wait()).to.equal(137);
        const other = await container.spawn({
          args: ['/bin/sh', '-c', 'trap "exit 6" TERM; echo up; while :; do sleep 0.01; done'],
          stdio: 'pipe',
        });
        await new Promise((resolve) => other.stdout?.once('data', resolve));
        other.kill();
        expect(await other.wait()).to.equal(6);
        await container.kill('KILL');
        await container.wait();
        await rejects(container.spawn({ args: ['true'] }), { code: 'CONTAINER_NOT_RUNNING' });
      });
    });

    it('leaves nothing of one that can not be made', async () => {
      await rejects(
        runtime.create(of('bad', 'true', { mounts: [{ destination: '/mnt', type: 'bind', source: '/nowhere', options: ['bind'] }] })),
        {
          code: 'SET_UP_FAILED',
          message: /nowhere/,
        },
      );
      await using container = await runtime.create(of('taken', 'true'));
      await rejects(runtime.create(of('taken', 'true')), /already exists/);
      expect(container.state().status).to.equal('created');
    });

    it('keeps the container when its maker lets go of it, and needs no fd for it', async () => {
      const before = readdirSync('/proc/self/fd').length;
      await using container = await runtime.create(of('kept', 'sleep 100'));
      await container.start();
      expect(readdirSync('/proc/self/fd').length).to.be.at.most(before + 1);
      expect(existsSync(`/proc/${String(container.state().pid)}`)).to.equal(true);
    });
  });
});
