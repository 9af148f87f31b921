import { readFileSync } from 'node:fs';
import { branch, buf, closeFd, here, label, load, at, type Op, openHostProc, reg, sys, words } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planOomScoreAdj, planRaiseRlimits, planRlimits, type Rlimit } from '../src/index.js';
import { failed, fine, runShell } from './run.js';

function mayRaise(): boolean {
  const effective = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
}

/** The command behind which the limits are those that a test needs. */
const limited = (...options: string[]): string[] => ['prlimit', ...options];

describe('planRlimits on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
    needs(this, 'prlimit');
  });

  it('sets limits, unlimited ones too', async () => {
    const wrapper = limited('--nofile=5000:6000', '--core=unlimited:unlimited');
    const rlimits: Rlimit[] = [
      { type: 'RLIMIT_NOFILE', soft: 100, hard: 200n },
      { type: 'RLIMIT_CORE', soft: 2n ** 63n, hard: 2 ** 64 },
      { type: 'RLIMIT_FSIZE', soft: 0, hard: 0 },
    ];
    const outcome = await runShell(planRlimits(rlimits), 'grep -E "open files|core file|file size" /proc/self/limits | tr -s " "', {
      wrapper,
    });
    expect(outcome.stderr).to.equal('');
    expect(outcome.stdout.split('\n').map((line) => line.trim())).to.deep.equal([
      'Max file size 0 0 bytes',
      'Max core file size 9223372036854775808 unlimited bytes',
      'Max open files 100 200 files',
      '',
    ]);
  });

  it('says what is missing to raise one', async function () {
    if (mayRaise()) skip(this, 'has CAP_SYS_RESOURCE');
    const wrapper = limited('--nofile=100:200');
    expect(await runOps(planRlimits([{ type: 'RLIMIT_NOFILE', soft: 100, hard: 201 }]), { wrapper })).to.deep.equal(
      failed('set RLIMIT_NOFILE to 100, at most 201 (raising the latter takes CAP_SYS_RESOURCE): operation not permitted'),
    );
    expect(await runOps(planRlimits([{ type: 'RLIMIT_NOFILE', soft: 200, hard: 200 }]), { wrapper })).to.deep.equal(fine());
  });

  /** A child that waits, of which `ops` are run on the pid, and whose limits are printed then. */
  function onChild(ops: (pid: ReturnType<typeof reg>) => Op[], wrapper: string[]): Promise<Outcome> {
    const [pid, go] = [reg('pid'), reg('go')];
    const [child, first] = [label('child'), label('first')];
    const [pipe, byte] = [buf('pipe', 8), buf('byte', 1)];
    const [theirs, ours, count] = [reg('read end'), reg('write end'), reg('count')];
    const cat = words('argv', ['sh', '-c', 'grep "open files" /proc/self/limits | tr -s " "', null]);
    return runOps(
      [
        sys('pipe2', [pipe, 0], { say: 'pipe' }),
        load(pipe, 4, theirs),
        load(at(pipe, 4), 4, ours),
        sys('clone', [17, 0, 0, 0, 0], { to: pid, say: 'clone' }),
        branch(pid, '!=', 0, first),
        here(child),
        closeFd(ours),
        sys('read', [theirs, byte, 1], { to: count, say: 'wait' }),
        sys('execve', ['/bin/sh', cat, words('envp', [null])], { say: 'exec' }),
        here(first),
        ...ops(pid),
        closeFd(ours),
        sys('wait4', [pid, 0, 0, 0], { to: go, say: 'wait' }),
      ],
      { wrapper },
    );
  }

  it('has room made from outside, where there is none: and takes none away', async function () {
    const wrapper = limited('--nofile=100:200');
    const raise = (hard: number | bigint, soft: number | bigint = 0): Promise<Outcome> =>
      onChild((pid) => planRaiseRlimits([{ type: 'RLIMIT_NOFILE', soft, hard }], pid), wrapper);
    expect(await raise(150)).to.deep.equal(fine('Max open files 100 200 files \n'));
    expect(await raise(200)).to.deep.equal(fine('Max open files 100 200 files \n'));
    if (mayRaise()) {
      expect(await raise(300)).to.deep.equal(fine('Max open files 100 300 files \n'));
    } else {
      expect((await raise(300)).stderr).to.equal('raise RLIMIT_NOFILE to 300, which takes CAP_SYS_RESOURCE: operation not permitted\n');
      expect((await raise(2n ** 63n)).stderr).to.match(/^raise RLIMIT_NOFILE to 9223372036854775808, /);
    }
  });

  it('finds an unlimited one high enough', async () => {
    const raise: Rlimit[] = [
      { type: 'RLIMIT_CORE', soft: 0, hard: 2n ** 64n - 1n },
      { type: 'RLIMIT_FSIZE', soft: 0, hard: 1 },
    ];
    const outcome = await onChild(
      (pid) => planRaiseRlimits(raise, pid),
      limited('--core=unlimited:unlimited', '--fsize=unlimited:unlimited'),
    );
    expect(outcome.stderr).to.equal('');
  });
});

describe('planOomScoreAdj on Linux', () => {
  leaveNothing();

  function score(value: number, wrapper: string[] = []): Promise<Outcome> {
    const [proc, pid] = [reg('proc'), reg('pid')];
    return runShell(
      [sys('getpid', [], { to: pid }), ...openHostProc(proc), ...planOomScoreAdj(value, { proc, pid }), closeFd(proc)],
      'cat /proc/self/oom_score_adj',
      { wrapper },
    );
  }

  it('sets it', async () => {
    expect(await score(1000)).to.deep.equal(fine('1000\n'));
  });

  it('says what is missing to lower it', async function () {
    if (mayRaise()) skip(this, 'has CAP_SYS_RESOURCE');
    expect(await score(-1000)).to.deep.equal(failed('set oom_score_adj to -1000 (lowering it takes CAP_SYS_RESOURCE): permission denied'));
  });

  it('writes to no file in the place of procfs', async function () {
    needsRoot(this);
    const fake = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$0" "$@"'];
    expect(await score(500, fake)).to.deep.equal(failed("the host's /proc is no procfs"));
    const mountedOver = ['unshare', '-m', 'sh', '-c', 'mount --bind /dev/null /proc/$$/oom_score_adj && exec "$0" "$@"'];
    expect((await score(500, mountedOver)).stderr).to.match(/^set oom_score_adj to 500 .*: invalid cross-device link\n$/);
  });
});
