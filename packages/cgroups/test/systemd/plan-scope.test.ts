import { disassemble, label, link, type Op, reg, section, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planScope, type PlanScopeInput } from '../../src/systemd/index.js';
import { hybrid, type Machine, unified } from '../fixtures/machines.js';
import { type Call, FakeBus } from './fake-bus.js';

const origin = { plugin: 'test', step: 'test' };

function planOn(machine: Machine, more: Partial<PlanScopeInput> = {}): ReturnType<typeof planScope> {
  const read = (path: string): string | undefined => machine.controllers[path.replace(/\/cgroup\.controllers$/, '')];
  const input = { ...machine, read, id: 'web', linux: {}, description: 'a container', uid: undefined, env: {} };
  return planScope({ ...input, ...more }, { pid: reg('pid') });
}

function textOf(ops: readonly Op[]): string {
  return disassemble(link({ sections: [section('host', label('host'), ops, [sys('exit_group', [0])], origin)] }), { origins: false });
}

describe('the plan of a scope', () => {
  it('has it in every hierarchy, and its process there too', () => {
    const plan = planOn(hybrid, { linux: { cgroupsPath: 'a-b.slice:p:n' } });
    expect(plan.directories).to.deep.equal(
      ['unified', 'systemd', 'memory', 'cpu,cpuacct'].map((name) => `/sys/fs/cgroup/${name}/a.slice/a-b.slice/p-n.scope`),
    );
    expect(plan.procCgroup).to.include('3:memory:/a.slice/a-b.slice/p-n.scope\n');
    expect(plan.record).to.deep.equal({ unit: 'p-n.scope', bus: 'system', description: 'a container' });
  });

  it('takes what systemd has made, and makes what it has not', () => {
    const text = textOf(planOn(hybrid).limit);
    for (const name of ['system.slice', 'standpipe-web.scope']) expect(text).to.match(new RegExp(`mkdirat\\(.*"${name}", 0755\\).*EEXIST`));
    expect(text.match(/"cgroup\.procs", O_WRONLY/g)).to.have.length.at.least(4);
  });

  it("asks an ordinary user's own systemd, for what lies below that", () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const plan = planOn(unified, { uid: 1000, env, linux: { resources: { devices: [{ allow: false, access: 'rwm' }] } } });
    expect(plan.record.bus).to.equal('unix:path=/run/user/1000/bus');
    expect(plan.directories).to.deep.equal(['/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/user.slice/standpipe-web.scope']);
    const text = textOf(plan.limit);
    // Who may not open a device outside may not inside; and above his own systemd nothing is his to change.
    expect(text).not.to.include('bpf(');
    expect(text).to.include('"/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service", O_');
    expect(() => planOn(hybrid, { uid: 1000, env }))
      .to.throw()
      .with.property('code', 'NOT_SUPPORTED');
    expect(() => planOn(unified, { uid: 1000 }))
      .to.throw()
      .with.property('code', 'NOT_SUPPORTED');
  });

  it('finds the systemd of a user by where the user is', () => {
    const selfCgroup = '0::/user.slice/user-7.slice/user@7.service/app.slice/podman.service\n';
    const [directory] = planOn({ ...unified, selfCgroup }, { uid: 7, env: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/bus' } }).directories;
    expect(directory).to.equal('/sys/fs/cgroup/user.slice/user-7.slice/user@7.service/user.slice/standpipe-web.scope');
  });

  it('is called what an annotation says', () => {
    const annotations = { 'org.systemd.property.Description': "'mine'" };
    expect(planOn(unified, { annotations }).record.description).to.equal('mine');
  });

  describe('as systemd is told of it', () => {
    const path = '/system.slice/standpipe-web.scope';
    const machine = {
      linux: {
        resources: { memory: { limit: 100 }, unified: { 'memory.oom.group': '1' }, devices: [{ allow: false, access: 'rwm' }] },
        devices: [{ path: '/dev/null' }],
      },
      annotations: { 'org.systemd.property.TasksMax': 'uint64 3' },
    };
    const answering = async (controlGroup: string, version = '254'): Promise<FakeBus> =>
      FakeBus.start({
        answers: {
          Get: ([, name]) => ({ signature: 'v', body: [['s', name === 'Version' ? version : controlGroup]] }),
        },
      });
    const started = ({ calls }: FakeBus): Readonly<Record<string, unknown>> => {
      const [, , , properties] = calls.find(([member]) => member === 'StartTransientUnit') ?? (['none'] as Call);
      return Object.fromEntries((properties as [string, [string, unknown]][]).map(([name, [, value]]) => [name, value]));
    };

    it('it has the process, the limits, and what annotations ask for at the end', async () => {
      using bus = await answering(path);
      await planOn(unified, { ...machine, env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address } }).start(42);
      expect(started(bus)).to.deep.include({
        Description: 'a container',
        Slice: 'system.slice',
        Delegate: true,
        PIDs: [42],
        MemoryAccounting: true,
        CPUAccounting: true,
        IOAccounting: true,
        TasksAccounting: true,
        DefaultDependencies: false,
        MemoryMax: '100',
        OOMPolicy: 'kill',
        DevicePolicy: 'strict',
        TasksMax: '3',
      });
      // A default node that the config declares is not allowed by default.
      expect(started(bus)['DeviceAllow']).to.deep.include(['/dev/char/1:5', 'rwm']).and.not.to.deep.include(['/dev/char/1:3', 'rwm']);
    });

    it('it has what this version of it can take', async () => {
      using bus = await answering(path, '252');
      await planOn(unified, { ...machine, env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address } }).start(42);
      expect(started(bus)).not.to.have.property('OOMPolicy');
      using v1 = await answering(path);
      await planOn(hybrid, { env: { DBUS_SYSTEM_BUS_ADDRESS: v1.address } }).start(42);
      expect(started(v1)).to.include({ BlockIOAccounting: true }).and.not.to.have.property('IOAccounting');
    });

    it('it must be where its limits will be written', async () => {
      using bus = await answering('/elsewhere.scope');
      const error: unknown = await planOn(unified, { env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address } })
        .start(42)
        .catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'SCOPE_ELSEWHERE');
      expect(bus.calls.map(([member]) => member)).to.include('StopUnit');
    });

    it('its end fails nothing', async () => {
      await planOn(unified, { env: { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nonexistent' } }).stop();
      using bus = await FakeBus.start({ answers: { GetUnit: () => ({ error: 'org.freedesktop.DBus.Error.AccessDenied' }) } });
      await planOn(unified, { env: { DBUS_SYSTEM_BUS_ADDRESS: bus.address } }).stop();
    });
  });
});
