import { cpus } from 'node:os';
import { existsSync } from 'node:fs';
import { leaveNothing, needs, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planCpuAffinity, planIoPriority, planMemoryPolicy, planPersonality, planScheduler } from '../src/index.js';
import { failed, fine, runShell, statusOf } from './run.js';

describe('scheduling on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
    needs(this, 'chrt');
  });

  it('sets policy, nice value and flags', async () => {
    const show = 'chrt -p $$ | sed "s/.*: //"; nice';
    expect(await runShell(planScheduler({ policy: 'SCHED_BATCH', nice: 7 }, 0), show)).to.deep.equal(fine('SCHED_BATCH\n0\n7\n'));
    expect(await runShell(planScheduler({ policy: 'SCHED_OTHER', nice: -3 }, 0), 'nice')).to.deep.equal(fine('-3\n'));
    expect((await runShell(planScheduler({ policy: 'SCHED_IDLE' }, 0), show)).stdout).to.match(/^SCHED_IDLE\n/);
    const flags = ['SCHED_FLAG_RESET_ON_FORK'];
    expect((await runShell(planScheduler({ policy: 'SCHED_RR', priority: 5, flags }, 0), show)).stdout).to.match(
      /^SCHED_RR\|SCHED_RESET_ON_FORK\n5\n/,
    );
  });

  it('sets a deadline', async () => {
    const deadline = {
      policy: 'SCHED_DEADLINE',
      runtime: 1_000_000,
      deadline: 50_000_000,
      period: 100_000_000,
      flags: ['SCHED_FLAG_RESET_ON_FORK'],
    };
    const { stdout, stderr } = await runShell(planScheduler(deadline, 0), 'chrt -p $$');
    expect(stderr).to.equal('');
    expect(stdout)
      .to.match(/SCHED_DEADLINE/)
      .and.match(/1000000\/50000000\/100000000/);
  });

  it('fails without the privilege', async () => {
    const wrapper = ['setpriv', '--reuid=1000', '--clear-groups'];
    expect(await runShell(planScheduler({ policy: 'SCHED_FIFO', priority: 1 }, 0), 'true', { wrapper })).to.deep.equal(
      failed('set the scheduler to SCHED_FIFO, priority 1: operation not permitted'),
    );
    expect(await runShell(planIoPriority({ class: 'IOPRIO_CLASS_RT', priority: 0 }, 0), 'true', { wrapper })).to.deep.equal(
      failed('set the I/O priority to IOPRIO_CLASS_RT 0: operation not permitted'),
    );
  });

  it('leaves a policy that no kernel has to the kernel', async () => {
    expect(await runShell(planScheduler({ policy: 'SCHED_ISO' }, 0), 'true')).to.deep.equal(
      failed('set the scheduler to SCHED_ISO: invalid argument'),
    );
  });

  it('sets the I/O priority', async () => {
    expect(await runShell(planIoPriority({ class: 'IOPRIO_CLASS_BE', priority: 6 }, 0), 'ionice -p $$')).to.deep.equal(
      fine('best-effort: prio 6\n'),
    );
    expect(await runShell(planIoPriority({ class: 'IOPRIO_CLASS_IDLE', priority: 0 }, 0), 'ionice -p $$')).to.deep.equal(fine('idle\n'));
  });

  it('sets the CPUs', async () => {
    const last = String(cpus().length - 1);
    const { initial, final } = planCpuAffinity({ initial: '0', final: last }, 0);
    expect(await runShell(initial, statusOf('Cpus_allowed_list'))).to.deep.equal(fine('Cpus_allowed_list:\t0\n'));
    expect(await runShell([...initial, ...final], statusOf('Cpus_allowed_list'))).to.deep.equal(fine(`Cpus_allowed_list:\t${last}\n`));
    expect(await runShell(planCpuAffinity({ final: '16383' }, 0).final, 'true')).to.deep.equal(
      failed('run on the CPUs 16383 only: invalid argument'),
    );
  });

  it('sets the memory policy', async function () {
    if (!existsSync('/proc/self/numa_maps')) skip(this, 'the kernel knows no NUMA');
    const show = 'head -n1 /proc/self/numa_maps | cut -d" " -f2';
    const policies: [Parameters<typeof planMemoryPolicy>[0], string][] = [
      [{ mode: 'MPOL_BIND', nodes: '0' }, 'bind:0'],
      [{ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] }, 'bind=static:0'],
      [{ mode: 'MPOL_INTERLEAVE', nodes: '0' }, 'interleave:0'],
      [{ mode: 'MPOL_PREFERRED', nodes: '0' }, 'prefer:0'],
      [{ mode: 'MPOL_LOCAL' }, 'local'],
      [{ mode: 'MPOL_DEFAULT' }, 'default'],
    ];
    for (const [policy, shown] of policies) expect(await runShell(planMemoryPolicy(policy), show)).to.deep.equal(fine(`${shown}\n`));
    expect(await runShell(planMemoryPolicy({ mode: 'MPOL_BIND', nodes: '1023' }), 'true')).to.deep.equal(
      failed('set the memory policy to MPOL_BIND on the nodes 1023: invalid argument'),
    );
  });

  it('sets the personality', async () => {
    expect((await runShell(planPersonality({ domain: 'LINUX32' }), 'uname -m; cat /proc/self/personality')).stdout).to.match(
      /^(i686|armv8l)\n00000008\n$/,
    );
    expect((await runShell(planPersonality({ domain: 'LINUX' }), 'cat /proc/self/personality')).stdout).to.equal('00000000\n');
  });
});
