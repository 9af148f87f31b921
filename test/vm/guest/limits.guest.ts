import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cgroup, createCgroup, type LinuxResources, planResources, readCgroupLayout } from '@standpipe/cgroups';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { freshCgroup } from '../../conformance/cgroup-tree.js';
import { disk, MiB } from './disk.js';

const layout = readCgroupLayout();

function limited(resources: LinuxResources): Cgroup {
  const { writes } = planResources(resources, layout);
  const cgroup = createCgroup(freshCgroup(), { layout });
  cgroup.apply(writes);
  return cgroup;
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell script in the cgroup to its end. */
async function shell(cgroup: Cgroup, script: string): Promise<Ended> {
  const child = cgroup.spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')]);
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}

function read(cgroup: Cgroup, file: string): string {
  return readFileSync(join(cgroup.directories[0]!.path, file), 'utf8').trim();
}

/** A number of a file such as memory.events. */
function count(cgroup: Cgroup, file: string, key: string): number {
  return Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(read(cgroup, file))?.[1]);
}

function within15Percent(measured: number, expected: number): void {
  expect(measured).to.be.within(expected * 0.85, expected * 1.15);
}

const allocate = (mebibytes: number): string => `exec dd if=/dev/zero of=/dev/null bs=${String(mebibytes)}M count=1`;

describe('on v2 a limit', () => {
  it('of memory kills who goes beyond it', async () => {
    await using cgroup = limited({ memory: { limit: 32 * MiB, swap: 32 * MiB } });
    expect((await shell(cgroup, allocate(16))).code).to.equal(0);
    expect(count(cgroup, 'memory.events', 'oom_kill')).to.equal(0);
    expect((await shell(cgroup, allocate(64))).signal).to.equal('SIGKILL');
    expect(count(cgroup, 'memory.events', 'oom_kill')).to.equal(1);
  });

  it('of memory is refused below the use, where that is asked for, and changes nothing', async () => {
    await using cgroup = limited({ memory: { limit: 64 * MiB } });
    const child = cgroup.spawn('/bin/sh', ['-c', 'a=$(head -c 8M /dev/zero | tr "\\000" a); echo; sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout!, 'data');
    const { writes } = planResources({ memory: { limit: 4 * MiB, swap: 8 * MiB, checkBeforeUpdate: true } }, layout);
    expect(() => {
      cgroup.apply(writes);
    })
      .to.throw()
      .with.property('code', 'CGROUP_LIMIT_BELOW_USE');
    expect([read(cgroup, 'memory.max'), read(cgroup, 'memory.swap.max')]).to.deep.equal([String(64 * MiB), 'max']);
    expect(child.exitCode ?? child.signalCode).to.equal(null);
  });

  it('of tasks refuses to fork', async () => {
    await using cgroup = limited({ pids: { limit: 3 } });
    const { stderr } = await shell(cgroup, 'sleep 1 & sleep 1 & sleep 1 & wait');
    expect(stderr).to.match(/fork/i);
    expect(count(cgroup, 'pids.events', 'max')).to.be.at.least(1);
    expect((await shell(cgroup, 'sleep 0 & sleep 0 & wait')).stderr).to.equal('');
  });

  it('of one task leaves a place for that', async () => {
    await using cgroup = limited({ pids: { limit: 0 } });
    expect(await shell(cgroup, 'echo here; sleep 0 & wait')).to.deep.include({ stdout: 'here\n' });
    expect(count(cgroup, 'pids.events', 'max')).to.be.at.least(1);
  });

  it('of CPU time throttles', async () => {
    await using cgroup = limited({ cpu: { quota: 20_000, period: 50_000 } });
    cgroup.spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    await sleep(300);
    const before = { at: performance.now(), used: count(cgroup, 'cpu.stat', 'usage_usec') };
    await sleep(3000);
    const used = count(cgroup, 'cpu.stat', 'usage_usec') - before.used;
    within15Percent(used / 1000 / (performance.now() - before.at), 0.4);
    expect(count(cgroup, 'cpu.stat', 'nr_throttled')).to.be.greaterThan(20);
  });

  it('of CPUs confines', async () => {
    await using cgroup = limited({ cpu: { cpus: '1', mems: '0' } });
    expect((await shell(cgroup, 'grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status')).stdout.replaceAll('\t', ' ')).to.equal(
      'Cpus_allowed_list: 1\nMems_allowed_list: 0\n',
    );
  });

  it('of shares weighs, by the conversion to weights', async () => {
    await using many = limited({ cpu: { shares: 4096, cpus: '0' } });
    await using few = limited({ cpu: { shares: 1024, cpus: '0' } });
    for (const cgroup of [many, few]) cgroup.spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    await sleep(500);
    const usage = (): number[] => [many, few].map((cgroup) => count(cgroup, 'cpu.stat', 'usage_usec'));
    const before = usage();
    await sleep(3000);
    const [most = 0, least = 1] = usage().map((now, i) => now - before[i]!);
    within15Percent(most / least, Number(read(many, 'cpu.weight')) / Number(read(few, 'cpu.weight')));
  });

  it('of bytes per second slows down a disk', async () => {
    const write = 'dd if=/dev/zero of=/var/tmp/zeros bs=64k count=48 oflag=direct conv=notrunc';
    const secondsOf = ({ stderr }: Ended): number => Number(/ copied, ([\d.]+) s/.exec(stderr)?.[1]);
    await using cgroup = limited({ blockIO: { throttleWriteBpsDevice: [{ ...disk, rate: MiB }] } });
    within15Percent(secondsOf(await shell(cgroup, write)), 3);
    cgroup.apply(planResources({ blockIO: { throttleWriteBpsDevice: [{ ...disk, rate: 0 }] } }, layout).writes);
    expect(secondsOf(await shell(cgroup, write))).to.be.lessThan(1);
  });

  it('of huge pages denies them', async () => {
    await using cgroup = limited({ hugepageLimits: [{ pageSize: '2MB', limit: 4 * MiB }] });
    expect((await shell(cgroup, 'fallocate -l 4M /dev/hugepages/two; code=$?; rm -f /dev/hugepages/two; exit $code')).code).to.equal(0);
    expect(
      (await shell(cgroup, 'fallocate -l 6M /dev/hugepages/three; code=$?; rm -f /dev/hugepages/three; exit $code')).code,
    ).not.to.equal(0);
    expect(count(cgroup, 'hugetlb.2MB.events', 'max')).to.be.at.least(1);
  });

  it('is raised and lowered whatever was set before', async () => {
    await using cgroup = limited({});
    const steps = [
      { memory: { limit: 50 * MiB, swap: 60 * MiB }, cpu: { quota: 20_000, period: 100_000, burst: 5_000 } },
      { memory: { limit: 500 * MiB, swap: 600 * MiB }, cpu: { quota: 90_000, period: 1_000_000, burst: 80_000 } },
      { memory: { limit: 10 * MiB, swap: 10 * MiB }, cpu: { quota: 1_000, period: 10_000, burst: 1_000 } },
    ];
    for (const { memory, cpu } of steps) {
      cgroup.apply(planResources({ memory, cpu }, layout).writes);
      expect(['memory.max', 'memory.swap.max', 'cpu.max', 'cpu.max.burst'].map((file) => read(cgroup, file))).to.deep.equal([
        String(memory.limit),
        String(memory.swap - memory.limit),
        `${String(cpu.quota)} ${String(cpu.period)}`,
        String(cpu.burst),
      ]);
    }
  });

  it('is kept by a frozen cgroup, which does not run', async () => {
    await using cgroup = limited({ cpu: { quota: 50_000 } });
    cgroup.spawn('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
    await sleep(200);
    await cgroup.freeze();
    expect(cgroup.state).to.equal('frozen');
    const used = count(cgroup, 'cpu.stat', 'usage_usec');
    await sleep(500);
    expect(count(cgroup, 'cpu.stat', 'usage_usec') - used).to.be.lessThan(5_000);
    await cgroup.thaw();
    await sleep(500);
    expect(count(cgroup, 'cpu.stat', 'usage_usec') - used).to.be.greaterThan(50_000);
  });
});
