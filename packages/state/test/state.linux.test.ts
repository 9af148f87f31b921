import { rejects } from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, O, openFds, openPort, syscallNumber } from '@standpipe/syscalls';
import { at, branch, buf, executableOf, here, label, load, type Op, reg, sys, undo, words } from '@standpipe/program';
import { type Outcome, programOfOps, runExecutable, stopAfter } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  clearStale,
  deleteContainer,
  listStates,
  LOCK,
  planState,
  type PlanStateInput,
  readState,
  signalContainer,
  startContainer,
  type StatePlan,
} from '../src/index.js';
import { hostProgram, runToEnd } from './run-to-end.js';

const exit = sys('exit_group', [0]);

describe('the state directory on Linux', () => {
  let top: string;
  let root: string;

  leaveNothing();
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'standpipe-state-'));
    root = join(top, 'run', 'standpipe');
  });
  afterEach(() => {
    rmSync(top, { recursive: true });
  });

  const pid = reg('pid');
  const pidfd = reg('pidfd');
  const planOf = (input: Partial<PlanStateInput> = {}): StatePlan =>
    planState(
      { root, id: 'web', bundle: '/bundle', ociVersion: '1.3.0', annotations: { 'a "b"': 'ü\n\u0001' }, foreground: true, ...input },
      { pid, pidfd },
    );
  /** Makes a child that waits for a signal, and lets a run begin with everything recorded. With `held` it waits to be started before. */
  function plan(input: Partial<PlanStateInput> = {}, held = false): StatePlan & { clone: Op[]; waits: Op[] } {
    const parts = planOf(input);
    const parent = label('parent');
    const cell = buf('pidfd cell', 4);
    const clone: Op[] = [
      sys('clone3', [words('clone_args', [0x1000, cell, 0, 0, 17, 0, 0, 0, 0, 0, 0]), 88], { to: pid, say: 'clone' }),
      branch(pid, '!=', 0, parent),
      ...(held ? [sys('flock', [parts.dir, LOCK.UN], { say: 'unlock' }), ...parts.start.wait] : []),
      // What execve would close.
      sys('close_range', [3, 0xffffffff, 0], { say: 'close' }),
      sys('ppoll', [null, 0, null, null, 8], { unless: { errno: 'any' } }),
      exit,
      here(parent),
      load(cell, 4, pidfd),
    ];
    return { ...parts, clone, waits: [sys('waitid', [3, pidfd, null, 4, null], { unless: { errno: 'any' } })] };
  }
  const kill = sys('pidfd_send_signal', [pidfd, 9, null, 0], { say: 'kill' });
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 2000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(condition()).to.equal(true);
  };
  /** A container that outlives its runtime. */
  async function detached(id = 'web'): Promise<number> {
    const { create, clone, record, publish, keep } = plan({ foreground: false, id });
    expect(await runToEnd([...create, ...clone, ...record, ...publish, ...keep, exit], { stdio: 'ignore' })).to.include({ code: 0 });
    return readState(root, id).pid;
  }

  it('lives as long as its runtime and is gone without a trace', async () => {
    const { create, clone, record, publish, waits } = plan({ config: '{"ociVersion":"1.3.0"}' });
    const running = runToEnd([...create, ...clone, ...record, ...publish, ...waits]);
    await until(() => existsSync(join(root, 'web/state.json')));
    const state = readState(root, 'web');
    expect(state).to.deep.include({
      ociVersion: '1.3.0',
      id: 'web',
      status: 'running',
      bundle: '/bundle',
      annotations: { 'a "b"': 'ü\n\u0001' },
      foreground: true,
      owner: process.getuid?.(),
    });
    expect(state.config).to.equal(join(root, 'web/config.json'));
    expect(readFileSync(state.config, 'utf8')).to.equal('{"ociVersion":"1.3.0"}');
    expect(Math.abs(Date.now() - Number(state.created))).to.be.below(10_000);
    expect(statSync(root).mode & 0o777).to.equal(0o700);
    expect(listStates(root)).to.deep.equal([state]);
    process.kill(state.pid, 'SIGKILL');
    expect(await running).to.deep.equal({ code: 0, signal: null, stdout: '', stderr: '' });
    expect(readdirSync(root)).to.deep.equal([]);
    expect(() => readState(root, 'web'))
      .to.throw('does not exist')
      .with.property('code', 'CONTAINER_UNKNOWN');
  });

  it('goes when the set-up fails', async () => {
    const { create, clone, record } = plan();
    const failing = sys('close', [12345], { say: 'fail on purpose' });
    expect((await runToEnd([...create, ...clone, ...record, kill, failing])).stderr).to.match(/^fail on purpose: bad file/i);
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('stays with a container that is left on its own', async () => {
    const running = await detached();
    expect(readState(root, 'web')).to.include({ status: 'running', pid: running, foreground: false });
    await deleteContainer(root, 'web').then(
      () => expect.fail('was deleted'),
      (error: unknown) => expect(error).to.have.property('code', 'CONTAINER_NOT_STOPPED'),
    );
    process.kill(running, 'SIGKILL');
    await until(() => readState(root, 'web').status === 'stopped');
    expect(readState(root, 'web').pid).to.equal(0);
    expect(await clearStale(root, 'web')).to.equal(false);
    expect((await runToEnd([...plan().create, exit])).stderr).to.equal('container with given ID already exists: "web"\n');
    await deleteContainer(root, 'web');
    expect(readdirSync(root)).to.deep.equal([]);
  });

  describe('with cgroups', () => {
    const cgroups = ['/sys/fs/cgroup/a/web', '/sys/fs/cgroup/b/w\u00e9b'];

    it('tells of them, and has them removed when the process has ended and before it goes itself', async () => {
      const { create, recordCgroups, clone, record, publish, keep } = plan({ foreground: false });
      const { making, made } = recordCgroups(cgroups);
      expect(
        (await runToEnd([...create, ...making, ...made, ...clone, ...record, ...publish, ...keep, exit], { stdio: 'ignore' })).code,
      ).to.equal(0);
      const { pid: alive, cgroups: told } = readState(root, 'web');
      expect(told).to.deep.equal(cgroups);
      const removed: unknown[] = [];
      await deleteContainer(root, 'web', {
        force: true,
        removeCgroups: (left) => {
          removed.push(left, existsSync(join(root, 'web')), existsSync(`/proc/${String(alive)}/exe`));
        },
      });
      expect(removed).to.deep.equal([{ made: cgroups, making: [] }, true, false]);
      expect(readdirSync(root)).to.deep.equal([]);
    });

    it('stays, and can be deleted again, when they could not be removed', async () => {
      await detached();
      const busy = new Error('busy');
      const error: unknown = await deleteContainer(root, 'web', {
        force: true,
        removeCgroups: () => {
          throw busy;
        },
      }).catch((thrown: unknown) => thrown);
      expect(error).to.equal(busy);
      expect(readState(root, 'web').status).to.equal('stopped');
      await deleteContainer(root, 'web');
    });

    it('tells those that were being made when the runtime was killed from those that are its own', async () => {
      const { create, recordCgroups, keep } = plan();
      expect((await runToEnd([...create, ...recordCgroups(cgroups).making, ...keep, exit])).code).to.equal(0);
      expect(readState(root, 'web').cgroups).to.deep.equal([]);
      const removed: unknown[] = [];
      expect(await clearStale(root, 'web', { removeCgroups: (left) => void removed.push(left) })).to.equal(true);
      expect(removed).to.deep.equal([{ made: [], making: cgroups }]);
    });

    it('takes word that was cut off for none', async () => {
      const { create, keep } = plan();
      expect((await runToEnd([...create, ...keep, exit])).code).to.equal(0);
      for (const text of ['', '["/sys/fs', '{}', '[7, "relative"]']) {
        writeFileSync(join(root, 'web/cgroups.json'), text);
        expect(readState(root, 'web').cgroups, text).to.deep.equal([]);
      }
      await deleteContainer(root, 'web', { force: true });
    });

    it('leaves none of it behind in the end', async () => {
      const { create, recordCgroups } = plan();
      const { making, made } = recordCgroups(cgroups);
      expect((await runToEnd([...create, ...making, ...made])).code).to.equal(0);
      expect(readdirSync(root)).to.deep.equal([]);
    });
  });

  it('is deleted by force while its process runs', async () => {
    const running = await detached();
    await deleteContainer(root, 'web', { force: true });
    expect(existsSync(`/proc/${String(running)}/ns/pid`) && readFileSync(`/proc/${String(running)}/stat`, 'utf8').includes(') S')).to.equal(
      false,
    );
    expect(readdirSync(root)).to.deep.equal([]);
    await deleteContainer(root, 'web', { force: true });
  });

  it('is deleted by force from under a runtime in the foreground, which clears up', async () => {
    const { create, clone, record, publish, waits } = plan();
    const running = runToEnd([...create, ...clone, ...record, ...publish, ...waits]);
    await until(() => existsSync(join(root, 'web/state.json')));
    await deleteContainer(root, 'web', { force: true });
    await running;
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('goes to exactly one of twenty that want it at once', async () => {
    const { create, clone, record, publish } = plan();
    const second = words('timespec', [1, 0]);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        runToEnd([...create, ...clone, ...record, ...publish, sys('nanosleep', [second, null], { say: 'sleep' }), kill]),
      ),
    );
    const lost = outcomes.filter(({ stderr }) => stderr === 'container with given ID already exists: "web"\n');
    expect(lost).to.have.length(19);
    expect(readdirSync(root)).to.deep.equal([]);
  });

  it('goes to exactly one of twenty that find a stale one', async () => {
    const { create, clone, record, publish } = plan();
    expect((await runToEnd([...create, exit])).code).to.equal(0);
    expect(readState(root, 'web').status).to.equal('stale');
    const second = words('timespec', [1, 0]);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () =>
        runToEnd([...create, ...clone, ...record, ...publish, sys('nanosleep', [second, null], { say: 'sleep' }), kill]),
      ),
    );
    expect(outcomes.filter(({ stderr }) => stderr === 'container with given ID already exists: "web"\n')).to.have.length(19);
  });

  it('is whole for whoever has it, while many make and delete it at once', async function () {
    this.timeout(60_000);
    const { create, clone, record, publish } = plan();
    const executable = executableOf(hostProgram([...create, ...clone, ...record, ...publish, kill]));
    const counts = new Map<string, number>();
    const makers = Array.from({ length: 6 }, async () => {
      for (let i = 0; i < 15; i++) {
        const { code, stderr } = await runExecutable(executable);
        // Deleted by force while it is set up, its process is gone when it is to be killed.
        const outcome = stderr === 'kill: no such process\n' ? '' : stderr;
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        if (code === null) expect.fail('was killed');
      }
    });
    const made = new AbortController();
    const deleters = Array.from({ length: 2 }, async () => {
      while (!made.signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await deleteContainer(root, 'web', { force: true });
        await clearStale(root, 'web').catch((error: unknown) => {
          expect(error).to.have.property('code').that.is.oneOf(['CONTAINER_BUSY', 'CONTAINER_NOT_STOPPED']);
        });
      }
    });
    await Promise.all(makers);
    made.abort();
    await Promise.all(deleters);
    expect([...counts.keys()].filter((outcome) => outcome !== '')).to.be.deep.oneOf([
      [],
      ['container with given ID already exists: "web"\n'],
    ]);
    expect(counts.get('') ?? 0).to.be.above(5);
    expect(readdirSync(root)).to.deep.equal([]);
  });

  describe('when its runtime is killed', () => {
    /** A container half in the midst of its set-up: has the lock as well, and ends when the host half does. */
    const tied = (): Op[] => {
      const [parent, pair, cell] = [label('parent'), buf('pipe', 8), buf('pidfd cell', 4)];
      const [ours, theirs] = [reg('write end'), reg('read end')];
      return [
        sys('pipe2', [pair, O.CLOEXEC], { say: 'make a pipe' }),
        load(pair, 4, theirs),
        load(at(pair, 4), 4, ours),
        undo([sys('pidfd_send_signal', [pidfd, 9, null, 0]), sys('waitid', [3, pidfd, null, 4, null])]),
        sys('clone3', [words('clone_args', [0x1000, cell, 0, 0, 17, 0, 0, 0, 0, 0, 0]), 88], { to: pid, say: 'clone' }),
        branch(pid, '!=', 0, parent),
        sys('close', [ours], { say: 'close' }),
        sys('read', [theirs, cell, 1], { say: 'read' }),
        exit,
        here(parent),
        load(cell, 4, pidfd),
        sys('close', [theirs], { say: 'close' }),
      ];
    };
    const program = (): ReturnType<typeof hostProgram> => {
      const { create, record, publish } = planOf();
      return hostProgram([...create, ...tied(), ...record, ...publish]);
    };
    /** Runs it once for each op, and has it killed behind that. Ops that are not come by are left out. */
    async function* killed(): AsyncGenerator<string> {
      const whole = program();
      for (let index = 0; index < whole.ops.length - 1; index++) {
        const { signal } = await runExecutable(executableOf(stopAfter(whole, index, 'SIGKILL')));
        if (signal === 'SIGKILL') yield `killed behind op ${index}: ${whole.ops[index]?.op.say ?? ''}`;
      }
    }
    const names = (): string[] => readdirSync(root);

    it('at any op, leaves nothing that the next one of that id minds', async function () {
      this.timeout(60_000);
      let [runs, inTheWay] = [0, 0];
      for await (const place of killed()) {
        runs += 1;
        if (existsSync(join(root, 'web'))) inTheWay += 1;
        expect(await runExecutable(executableOf(program())), place).to.include({ code: 0, stderr: '' });
        if (existsSync(root)) expect(names(), place).to.deep.equal([]);
      }
      // Making it, recording, publishing, removing.
      expect(runs).to.be.above(40);
      expect(inTheWay).to.be.above(20);
    });

    it('at any op, leaves nothing that is not cleared, or deleted by force', async function () {
      this.timeout(60_000);
      for await (const place of killed()) {
        const there = existsSync(join(root, 'web'));
        // What was published has a process that is on its way out.
        await until(() => listStates(root).every(({ status }) => status === 'stale' || status === 'stopped'));
        expect(await clearStale(root, 'web'), place).to.equal(there);
        if (existsSync(root)) expect(names(), place).to.deep.equal([]);
      }
      for await (const place of killed()) {
        await deleteContainer(root, 'web', { force: true });
        if (existsSync(root)) expect(names(), place).to.deep.equal([]);
      }
    });

    it('and someone else has its pid now, is stopped, and the other is let be', async function () {
      needsRoot(this);
      /** Undefined where a third process took the pid first. */
      const takeOver = async (running: number): Promise<{ readonly ended: Promise<Outcome> } | undefined> => {
        const tid = buf('tid', 4, new Uint8Array(new Uint32Array([running]).buffer));
        const child = label('child');
        const other = runExecutable(
          executableOf(
            programOfOps([
              // set_tid
              sys('clone3', [words('clone_args', [0, 0, 0, 0, 17, 0, 0, 0, tid, 1, 0]), 88], { to: pid, say: 'clone' }),
              branch(pid, '==', 0, child),
              sys('wait4', [pid, null, 0, null], { say: 'wait' }),
              exit,
              here(child),
              sys('ppoll', [null, 0, null, null, 8], { say: 'wait' }),
            ]),
          ),
        );
        let outcome: Outcome | undefined;
        void other.then((ended) => (outcome = ended));
        await until(() => outcome !== undefined || existsSync(`/proc/${String(running)}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (outcome?.stderr.includes('file exists') === true || outcome?.stderr.includes('File exists') === true) return undefined;
        return { ended: other };
      };
      let running = 0;
      let other: { readonly ended: Promise<Outcome> } | undefined;
      for (let tries = 0; other === undefined; tries++) {
        if (tries > 0) await deleteContainer(root, 'web', { force: true });
        expect(tries, 'times that others were faster').to.be.lessThan(20);
        running = await detached();
        process.kill(running, 'SIGKILL');
        await until(() => !existsSync(`/proc/${String(running)}`));
        await new Promise((resolve) => setTimeout(resolve, 20));
        other = await takeOver(running);
      }
      expect(readState(root, 'web')).to.include({ status: 'stopped', pid: 0 });
      await deleteContainer(root, 'web', { force: true });
      expect(readFileSync(`/proc/${running}/stat`, 'utf8')).to.include(') S');
      process.kill(running, 'SIGKILL');
      expect(await other.ended).to.include({ code: 0, stderr: '' });
    });

    it('but not its process, is refused, and cleared by force', async () => {
      const { create, clone, record } = plan();
      await runToEnd([...create, ...clone, ...record, exit], { stdio: 'ignore' });
      // Until the child has closed its copy of the lock, as execve would.
      await until(() => readState(root, 'web').status === 'running');
      const { pid: orphan } = readState(root, 'web');
      expect((await runToEnd([...plan().create, exit])).stderr).to.equal('container with given ID already exists: "web"\n');
      await clearStale(root, 'web').then(
        () => expect.fail('was cleared'),
        (error: unknown) => expect(error).to.have.property('code', 'CONTAINER_NOT_STOPPED'),
      );
      expect(await clearStale(root, 'web', { force: true })).to.equal(true);
      await until(() => !existsSync(`/proc/${String(orphan)}`) || readFileSync(`/proc/${String(orphan)}/stat`, 'utf8').includes(') Z'));
      expect(readdirSync(root)).to.deep.equal([]);
    });
  });

  describe('read by others', () => {
    it('is creating while someone holds the lock, half written or not', () => {
      mkdirSync(join(root, 'web'), { recursive: true });
      writeFileSync(join(root, 'web/creating.json'), '{"ociVersion":"1.3');
      const port = openPort();
      const fd = port.syscall(syscallNumber('openat'), AT.FDCWD, join(root, 'web'), O.RDONLY | O.CLOEXEC);
      port.syscall(syscallNumber('flock'), fd, LOCK.EX);
      expect(readState(root, 'web').status).to.equal('creating');
      port.syscall(syscallNumber('close'), fd);
      expect(readState(root, 'web').status).to.equal('stale');
    });

    it('is stopped when its pid has become another process', async () => {
      const running = await detached();
      const file = join(root, 'web/state.json');
      const record = JSON.parse(readFileSync(file, 'utf8')) as { aliveAt: { seconds: number }; bootId: string };
      writeFileSync(file, JSON.stringify({ ...record, aliveAt: { seconds: record.aliveAt.seconds - 60, nanoseconds: 0 } }));
      expect(readState(root, 'web').status).to.equal('stopped');
      writeFileSync(file, JSON.stringify({ ...record, bootId: '0'.repeat(36) }));
      expect(readState(root, 'web').status).to.equal('stopped');
      await deleteContainer(root, 'web', { force: true });
      expect(readFileSync(`/proc/${String(running)}/stat`, 'utf8')).to.include(') S');
      process.kill(running, 'SIGKILL');
    });

    describe('a container that waits to be started', () => {
      /** Its pid. */
      async function created(): Promise<number> {
        const { create, start, clone, record, publish, keep } = plan({ foreground: false }, true);
        expect(
          await runToEnd([...create, ...start.listen, ...clone, ...record, ...publish, ...keep, exit], { stdio: 'ignore' }),
        ).to.include({
          code: 0,
        });
        return readState(root, 'web').pid;
      }
      const gone = async (pid: number): Promise<void> =>
        until(() => !existsSync(`/proc/${String(pid)}`) || readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z'));

      it('is created until it is started, and then runs', async () => {
        const pid = await created();
        for (let looks = 0; looks < 20; looks++) expect(readState(root, 'web').status).to.equal('created');
        await startContainer(root, 'web');
        expect(readState(root, 'web').status).to.equal('running');
        expect(readdirSync(join(root, 'web'))).not.to.include('start.sock');
        await deleteContainer(root, 'web', { force: true });
        await gone(pid);
      });

      it('is started by one of many who ask at once', async () => {
        const pid = await created();
        const asked = await Promise.allSettled(Array.from({ length: 20 }, async () => startContainer(root, 'web')));
        expect(asked.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
        for (const answer of asked)
          if (answer.status === 'rejected') expect(answer.reason).to.match(/cannot start an already running container: "web"/);
        await deleteContainer(root, 'web', { force: true });
        await gone(pid);
      });

      it('is running when it was started by someone who died before he could say so', async () => {
        const pid = await created();
        const [socket, aside] = [join(root, 'web/start.sock'), join(root, 'web/aside')];
        renameSync(socket, aside);
        symlinkSync('aside', socket);
        await startContainer(root, 'web');
        // What a starter leaves that was killed: the socket, on which nobody listens any more.
        renameSync(aside, socket);
        expect(readState(root, 'web').status).to.equal('running');
        await deleteContainer(root, 'web', { force: true });
        await gone(pid);
      });

      it('waits on when whoever connects goes away again', async () => {
        const pid = await created();
        for (let visits = 0; visits < 3; visits++)
          await new Promise<void>((resolve) => {
            const socket = connect(join(root, 'web/start.sock'), () => void socket.destroy());
            socket.once('close', () => resolve());
          });
        expect(readState(root, 'web').status).to.equal('created');
        await startContainer(root, 'web');
        await deleteContainer(root, 'web', { force: true });
        await gone(pid);
      });

      it('can be deleted, or killed and then only be deleted', async () => {
        await gone(await created().then(async (pid) => deleteContainer(root, 'web').then(() => pid)));
        const pid = await created();
        signalContainer(root, 'web', 9);
        await gone(pid);
        expect(readState(root, 'web').status).to.equal('stopped');
        expect(() => signalContainer(root, 'web', 9)).to.throw('container not running');
        await rejects(startContainer(root, 'web'), /cannot start a container that has stopped: "web"/);
        await deleteContainer(root, 'web');
        expect(readdirSync(root)).to.deep.equal([]);
        await rejects(startContainer(root, 'web'), /container does not exist: "web"/);
      });
    });

    it('tells a malformed state, and lists the others', async () => {
      const running = await detached('good');
      mkdirSync(join(root, 'bad'));
      writeFileSync(join(root, 'bad/state.json'), '{"id":"bad"}');
      expect(() => readState(root, 'bad'))
        .to.throw("can't be read")
        .with.property('code', 'STATE_MALFORMED');
      const failed: string[] = [];
      expect(listStates(root, { onError: (id) => failed.push(id) }).map(({ id }) => id)).to.deep.equal(['good']);
      expect(failed).to.deep.equal(['bad']);
      await deleteContainer(root, 'bad', { force: true });
      await deleteContainer(root, 'good', { force: true });
      await until(() => !existsSync(`/proc/${String(running)}`) || readFileSync(`/proc/${String(running)}/stat`, 'utf8').includes(') Z'));
      expect(readdirSync(root)).to.deep.equal([]);
    });

    it('leaves no fd open', async () => {
      await detached();
      openPort();
      const before = openFds().size;
      readState(root, 'web');
      listStates(root);
      await deleteContainer(root, 'web', { force: true });
      expect(openFds().size).to.equal(before);
    });
  });

  describe('where others plant things', () => {
    const create = async (): Promise<Outcome> => runToEnd([...plan().create, sys('write', [1, 'made', 4], { say: 'write' })]);

    it('refuses a root that others may write to, or that is theirs', async function () {
      if (process.getuid?.() !== 0) this.skip();
      mkdirSync(root, { recursive: true });
      chmodSync(root, 0o1777);
      expect((await create()).stderr).to.match(/is writable by others, who could plant/);
      expect(() => listStates(root))
        .to.throw('writable by others')
        .with.property('code', 'UNSAFE');
      chmodSync(root, 0o700);
      chownSync(root, 1, 1);
      expect((await create()).stderr).to.match(/belongs to another user/);
      expect(() => readState(root, 'web')).to.throw('belongs to another user');
      chownSync(root, 0, 0);
    });

    it('refuses a root that is a link', async () => {
      mkdirSync(join(top, 'elsewhere'));
      mkdirSync(join(top, 'run'));
      symlinkSync(join(top, 'elsewhere'), root);
      expect((await create()).stderr).to.match(/^open the state directory .*not a directory/i);
      expect(() => listStates(root)).to.throw('is no directory');
      expect(readdirSync(join(top, 'elsewhere'))).to.deep.equal([]);
    });

    it('follows no link that bears a container name or a state file name', async () => {
      mkdirSync(root, { recursive: true, mode: 0o700 });
      mkdirSync(join(top, 'victim'));
      writeFileSync(join(top, 'victim/creating.json'), 'untouched');
      symlinkSync(join(top, 'victim'), join(root, 'web'));
      expect((await create()).code).to.equal(1);
      expect(() => readState(root, 'web')).to.throw('does not exist');
      rmSync(join(root, 'web'));
      mkdirSync(join(root, 'web'));
      symlinkSync(join(top, 'victim/creating.json'), join(root, 'web/state.json'));
      expect(() => readState(root, 'web')).to.throw();
      await deleteContainer(root, 'web', { force: true });
      expect(readFileSync(join(top, 'victim/creating.json'), 'utf8')).to.equal('untouched');
    });

    it('lets no id leave the root', async () => {
      for (const id of ['..', '../x', 'a/b', '.']) {
        expect(() => planState({ root, id, bundle: '/b', ociVersion: '1.3.0', foreground: true }, { pid, pidfd })).to.throw(
          'invalid container id',
        );
        expect(() => readState(root, id)).to.throw('invalid container id');
        await deleteContainer(root, id).then(
          () => expect.fail('was deleted'),
          (error: unknown) => expect(error).to.have.property('code', 'CONTAINER_ID_INVALID'),
        );
      }
    });
  });
});
