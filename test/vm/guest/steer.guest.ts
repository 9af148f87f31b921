import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  containerEvents,
  listProcesses,
  pauseContainer,
  readContainer,
  resumeContainer,
  sampleUsage,
  updateContainer,
  usageBetween,
} from '@standpipe/runtime/steer';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { detached, type Detached, until } from '../../end-to-end/detached.js';
import { MiB } from './disk.js';

const root = '/run/standpipe';
const counting = 'i=0; while :; do i=$((i+1)); echo $i >/tmp/next; mv /tmp/next /tmp/count; usleep 2000; done';

describe('steering a container on v2', () => {
  // Node keeps the inotify instance that its first watcher opens.
  before(() => watch('/', () => undefined).close());
  leaveNothing();

  it('stops it where it is, lets it run on, and deletes it while it is stopped', async () => {
    await using container = await detached(counting);
    const { id, pid, file, limit } = container;
    const count = (): string => readFileSync(file('tmp/count'), 'utf8');
    await until(() => existsSync(file('tmp/count')), 'the first count');
    await pauseContainer(root, id);
    expect(readContainer(root, id).state.status).to.equal('paused');
    expect(limit('freezer', 'cgroup.freeze')).to.equal('1');
    const stopped = count();
    await sleep(100);
    expect(count()).to.equal(stopped);
    expect(listProcesses(root, id)).to.include(pid);
    await resumeContainer(root, id);
    await until(() => count() !== stopped, 'counting on');
    await pauseContainer(root, id);
  });

  it('updates its limits: memory and swap together, by what it has of memory', async () => {
    await using container = await detached('sleep 1000', (config) => {
      config.linux!.resources = { memory: { limit: 32 * MiB, swap: 48 * MiB }, pids: { limit: 50 } };
    });
    const { id } = container;
    expect(await updateContainer(root, id, { memory: { swap: 64 * MiB }, cpu: { shares: 2048 } })).to.deep.equal([]);
    expect(limits(container)).to.deep.equal({ memory: String(32 * MiB), swap: String(32 * MiB), weight: '174', pids: '50' });
  });

  it('takes all of an update back when one file refuses', async () => {
    await using container = await detached('sleep 1000', (config) => {
      config.linux!.resources = { memory: { limit: 32 * MiB }, pids: { limit: 50 } };
    });
    const { id } = container;
    const before = limits(container);
    const asked = { memory: { limit: 64 * MiB }, cpu: { shares: 10 }, pids: { limit: 7 }, unified: { 'memory.high': 'lots' } };
    const refused: unknown = await updateContainer(root, id, asked).catch((error: unknown) => error);
    expect(refused).to.include({ code: 'EINVAL' });
    expect((refused as { details: object }).details)
      .to.include({ pointer: '/unified/memory.high' })
      .and.to.deep.include({ inEffect: [] });
    expect(limits(container)).to.deep.equal(before);
  });

  it('puts other device rules in place of those before', async () => {
    await using container = await detached('while :; do (: </dev/con) 2>/tmp/err; cp /tmp/err /tmp/said; usleep 5000; done', (config) => {
      config.linux!.devices = [{ type: 'c', path: '/dev/con', major: 5, minor: 1 }];
    });
    const { id, file } = container;
    const isRefused = (): boolean =>
      existsSync(file('tmp/said')) && readFileSync(file('tmp/said'), 'utf8').includes('Operation not permitted');
    await until(isRefused, 'a refusal');
    const none = { allow: false, access: 'rwm' };
    await updateContainer(root, id, { devices: [none, { allow: true, type: 'c', major: 5, minor: 1, access: 'r' }] });
    await until(() => !isRefused(), 'no more refusals');
    await updateContainer(root, id, { devices: [none] });
    await until(isRefused, 'another refusal');
  });

  it('tells what it uses until it ends, and when its memory runs out', async () => {
    const script = 'until [ -e /go ]; do usleep 5000; done; (dd if=/dev/zero of=/dev/null bs=256M count=1) 2>/dev/null; usleep 500000';
    await using container = await detached(script, (config) => {
      config.linux!.resources = { memory: { limit: 32 * MiB, swap: 32 * MiB }, pids: { limit: 50 } };
    });
    const { id, file } = container;
    const first = sampleUsage(root);
    const types = new Set<string>();
    for await (const event of containerEvents(root, id, { intervalMs: 100 })) {
      types.add(event.type);
      if (event.type !== 'stats' || types.size > 1) continue;
      expect(event.stats.pids.limit).to.equal(50);
      writeFileSync(file('go'), '');
      const [own] = usageBetween(first, sampleUsage(root)).filter((one) => one.id === id);
      expect(own?.usage?.memoryLimitBytes).to.equal(32 * MiB);
      expect(own?.usage?.cpuPercent).to.be.greaterThan(0);
      expect(own?.usage?.pressure.cpu).to.be.a('number');
    }
    expect([...types]).to.have.members(['stats', 'oom']);
    await until(() => readContainer(root, id).state.status === 'stopped', 'its end');
  });
});

function limits({ limit }: Detached): Record<string, string> {
  return {
    memory: limit('memory', 'memory.max'),
    swap: limit('memory', 'memory.swap.max'),
    weight: limit('cpu', 'cpu.weight'),
    pids: limit('pids', 'pids.max'),
  };
}
