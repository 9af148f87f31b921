import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Cgroup, type CgroupWrite } from '../../src/index.js';
import { updateScope } from '../../src/systemd/index.js';
import { type Call, FakeBus, type FakeBusSettings } from './fake-bus.js';

const unit = 'web.scope';
const write = (file: string, value: string, more: Partial<CgroupWrite> = {}): CgroupWrite => {
  const [controller = ''] = file.split('.');
  return { controller, version: 2, file, value, pointer: `/${file}`, ...more };
};

describe('an update of a scope', () => {
  let directory: string;
  let cgroup: Cgroup;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'standpipe-scope-'));
    mkdirSync(join(directory, 'web.scope'));
    for (const [file, value] of Object.entries({ 'memory.max': '100', 'memory.current': '60', 'pids.max': '', 'cpu.max': '' }))
      writeFileSync(join(directory, unit, file), value);
    cgroup = new Cgroup([{ version: 2, controllers: ['memory', 'pids', 'cpu'], mountPoint: directory, path: join(directory, unit) }]);
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const present: Readonly<Record<string, readonly [string, unknown]>> = {
    Version: ['s', '252'],
    MemoryMax: ['t', '100'],
    TasksMax: ['t', '20'],
    CPUQuotaPeriodUSec: ['t', '50000'],
    CPUQuotaPerSecUSec: ['t', '18446744073709551615'],
    DevicePolicy: ['s', 'strict'],
    DeviceAllow: ['a(ss)', [['/dev/null', 'rw']]],
  };
  const answers: NonNullable<FakeBusSettings['answers']> = { Get: ([, name]) => ({ signature: 'v', body: [present[String(name)]] }) };
  const settings = ({ calls }: FakeBus): Call[] => calls.filter(([member]) => member === 'SetUnitProperties');
  const file = (name: string): string => readFileSync(join(directory, unit, name), 'utf8');
  const record = (bus: FakeBus): Parameters<typeof updateScope>[0] => ({ unit, bus: bus.address, description: 'web' });
  const apply = (writes: readonly CgroupWrite[]): void => cgroup.apply(writes);

  it('tells systemd until it ends, then writes, with quotas by the period that the unit has', async () => {
    using bus = await FakeBus.start({ answers });
    await updateScope(
      record(bus),
      cgroup,
      { writes: [write('memory.max', '150'), write('pids.max', 'max'), write('cpu.max', '20001')] },
      apply,
    );
    expect(settings(bus)).to.deep.equal([
      [
        'SetUnitProperties',
        unit,
        true,
        [
          ['MemoryMax', ['t', '150']],
          ['TasksMax', ['t', '18446744073709551615']],
          ['CPUQuotaPerSecUSec', ['t', '410000']],
        ],
      ],
    ]);
    expect([file('memory.max'), file('pids.max'), file('cpu.max')]).to.deep.equal(['150', 'max', '20500']);
  });

  it('gives the unit back what it had when a write fails', async () => {
    using bus = await FakeBus.start({ answers });
    const devices = [
      { name: 'DevicePolicy', signature: 's', value: 'auto' },
      { name: 'DeviceAllow', signature: 'a(ss)', value: [] },
    ];
    const writes = [write('memory.max', '150'), write('memory.nosuch', '1')];
    const error: unknown = await updateScope(record(bus), cgroup, { writes, devices }, apply).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'ENOENT');
    expect(settings(bus).map(([, , , properties]) => properties)).to.deep.equal([
      [
        ['MemoryMax', ['t', '150']],
        ['DevicePolicy', ['s', 'auto']],
        ['DeviceAllow', ['a(ss)', []]],
      ],
      [
        ['MemoryMax', ['t', '100']],
        ['DevicePolicy', ['s', 'strict']],
        ['DeviceAllow', ['a(ss)', []]],
        ['DeviceAllow', ['a(ss)', [['/dev/null', 'rw']]]],
      ],
    ]);
    expect(file('memory.max')).to.equal('100');
  });

  it('writes nothing that systemd refuses', async () => {
    using bus = await FakeBus.start({
      answers: { ...answers, SetUnitProperties: () => ({ error: 'org.freedesktop.DBus.Error.AccessDenied' }) },
    });
    const error: unknown = await updateScope(record(bus), cgroup, { writes: [write('memory.max', '150')] }, apply).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('code', 'SYSTEMD_REFUSED');
    expect(file('memory.max')).to.equal('100');
  });

  it('does not tell systemd of a limit below the use, where that is not to be: it would kill', async () => {
    using bus = await FakeBus.start({ answers });
    const writes = [write('memory.max', '50', { refuseWhen: { file: 'memory.current', atLeast: '50' } })];
    const error: unknown = await updateScope(record(bus), cgroup, { writes }, apply).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'CGROUP_LIMIT_BELOW_USE');
    expect(settings(bus)).to.deep.equal([]);
  });
});
