import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyscallError } from '@standpipe/errors';
import { leaveNothing, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, describe, it } from 'mocha';
import { type Cgroup, type CgroupWrite, createCgroup, readCgroupLayout, versionOf } from '../src/index.js';
import { ownPath } from './hierarchies.js';

const layout = readCgroupLayout();

describe('Cgroup.apply', () => {
  let cgroup: Cgroup;

  before(function () {
    needsRoot(this);
  });
  afterEach(async () => {
    await cgroup.remove();
  });
  leaveNothing();

  const on = (context: Mocha.Context, controller: string, version: 1 | 2): void => {
    cgroup = createCgroup(ownPath('apply'), { layout });
    if (versionOf(layout, controller) !== version) skip(context, `${controller} is not on v${String(version)} here`);
  };
  const fileOf = (controller: string, file: string): string => {
    const directory = cgroup.directories.find(({ controllers }) => controllers.includes(controller));
    return join(directory?.path ?? '', file);
  };
  const valueOf = (controller: string, file: string): string => readFileSync(fileOf(controller, file), 'utf8').trim();
  const write = (controller: string, file: string, value: string, more: Partial<CgroupWrite> = {}): CgroupWrite => ({
    controller,
    version: versionOf(layout, controller) ?? 2,
    file,
    value,
    pointer: `/${file}`,
    ...more,
  });
  const failing = (writes: readonly CgroupWrite[]): SyscallError => {
    try {
      cgroup.apply(writes);
    } catch (error) {
      return error as SyscallError;
    }
    throw new Error('expected to fail');
  };

  it('makes all writes, in their order', function () {
    on(this, 'pids', versionOf(layout, 'pids') ?? 2);
    cgroup.apply([write('pids', 'pids.max', '7'), write('pids', 'pids.max', '8')]);
    expect(valueOf('pids', 'pids.max')).to.equal('8');
  });

  it('takes back what was made when a later write fails, and says where the config asked for that', function () {
    on(this, 'pids', versionOf(layout, 'pids') ?? 2);
    cgroup.apply([write('pids', 'pids.max', '7')]);
    const error = failing([write('pids', 'pids.max', '8'), write('pids', 'pids.max', '9'), write('pids', 'pids.max', 'many')]);
    expect(SyscallError.is(error)).to.equal(true);
    expect(error).to.include({ code: 'EINVAL', path: fileOf('pids', 'pids.max') });
    expect(error.details).to.deep.equal({ value: 'many', pointer: '/pids.max', inEffect: [] });
    expect(error.message).to.equal(
      `write "many" to "${fileOf('pids', 'pids.max')}": EINVAL (invalid argument): it is a number of tasks from 0, or max`,
    );
    expect(valueOf('pids', 'pids.max')).to.equal('7');
  });

  it('takes back limits of v1 in an order that the kernel takes: memory and swap depend on each other', function () {
    on(this, 'memory', 1);
    const before = ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'].map((file) => valueOf('memory', file));
    const error = failing([
      write('memory', 'memory.limit_in_bytes', '33554432'),
      write('memory', 'memory.memsw.limit_in_bytes', '67108864'),
      write('memory', 'memory.swappiness', '1000'),
    ]);
    expect(error.code).to.equal('EINVAL');
    expect(['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'].map((file) => valueOf('memory', file))).to.deep.equal(before);
  });

  it('takes back rules of devices, which can only be listed', function () {
    on(this, 'devices', 1);
    cgroup.apply([
      write('devices', 'devices.deny', 'a'),
      write('devices', 'devices.allow', 'c 1:3 rwm'),
      write('devices', 'devices.allow', 'b 7:* r'),
    ]);
    const rules = valueOf('devices', 'devices.list');
    expect(rules).to.equal('c 1:3 rwm\nb 7:* r');
    failing([
      write('devices', 'devices.allow', 'c 1:5 rw'),
      write('devices', 'devices.deny', 'c 1:3 w'),
      write('devices', 'devices.allow', 'nonsense'),
    ]);
    expect(valueOf('devices', 'devices.list')).to.equal(rules);
    cgroup.apply([write('devices', 'devices.allow', 'a')]);
    failing([write('devices', 'devices.deny', 'a'), write('devices', 'devices.allow', 'nonsense')]);
    expect(valueOf('devices', 'devices.list')).to.equal('a *:* rwm');
  });

  it('names what stays in effect: what is only written has no value before', function () {
    on(this, 'memory', 1);
    const error = failing([write('memory', 'memory.force_empty', '0'), write('memory', 'memory.swappiness', '1000')]);
    expect(error.details['inEffect']).to.deep.equal([{ path: fileOf('memory', 'memory.force_empty'), value: '0' }]);
    expect(error.message).to.match(/; "0" in ".*force_empty" took effect, and could not be taken back$/);
  });

  it('leaves errnos alone that are no failure, and writes to another file where the first is missing', function () {
    on(this, 'pids', versionOf(layout, 'pids') ?? 2);
    const fallback = { file: 'pids.max', value: '12' };
    cgroup.apply([write('pids', 'pids.nonexistent', '1', { unless: ['ENOENT'] }), write('pids', 'pids.nonexistent', '1', { fallback })]);
    expect(valueOf('pids', 'pids.max')).to.equal('12');
    const error = failing([write('pids', 'pids.max', '13'), write('pids', 'pids.nonexistent', '1')]);
    expect(error).to.include({ code: 'ENOENT' });
    expect(error.message).to.match(/: this kernel has no such setting$/);
    expect(valueOf('pids', 'pids.max')).to.equal('12');
  });

  it('refuses a limit below the use where that was asked for, before anything is written', function () {
    on(this, 'pids', versionOf(layout, 'pids') ?? 2);
    const max = valueOf('pids', 'pids.max');
    const error = failing([
      write('pids', 'pids.max', '5'),
      write('pids', 'pids.max', '6', { refuseWhen: { file: 'pids.current', atLeast: '0' } }),
    ]);
    expect(error).to.include({ code: 'CGROUP_LIMIT_BELOW_USE' });
    expect(error.details).to.include({ usage: '0', pointer: '/pids.max' });
    expect(valueOf('pids', 'pids.max')).to.equal(max);
  });

  it('says why a quota is refused that is more than the parent has', function () {
    on(this, 'cpu', 1);
    cgroup.apply([write('cpu', 'cpu.cfs_quota_us', '20000')]);
    const below = createCgroup(`${cgroup.path}/below`, { layout });
    const [parent, limits] = [cgroup, [write('cpu', 'cpu.cfs_quota_us', '50000')]];
    cgroup = below;
    expect(failing(limits).message).to.match(
      /EINVAL .*: a quota is at least 1000, and no greater part of its period than the parent's \(20000 of 100000\)$/,
    );
    cgroup = parent;
  });

  it('says that a controller is not there', function () {
    on(this, 'pids', versionOf(layout, 'pids') ?? 2);
    const missing = failing([{ ...write('pids', 'pids.max', '1'), controller: 'nonexistent', version: 1 }]);
    expect(missing).to.include({ code: 'NOT_SUPPORTED' });
    expect(missing.message).to.include('has no nonexistent controller');
  });
});
