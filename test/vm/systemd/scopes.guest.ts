import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LinuxResources, openCgroup } from '@standpipe/cgroups';
import { createScope } from '@standpipe/cgroups/systemd';
import { type ContainerHandle, openRuntime, type Runtime } from '@standpipe/runtime';
import { bundle, type Bundle, findProgram, leaveNothing, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Settings, settingsOf } from '../../conformance/cgroup-tree.js';
import { until } from '../../end-to-end/detached.js';
import { type Config, shell } from '../../end-to-end/specs.js';
import { freshId, standpipe, standpipePath } from '../../end-to-end/standpipe.js';
import { MiB } from '../guest/disk.js';
import { cgroupsNamed, loadState, show, systemctl, version } from './units.js';

const runc = findProgram('runc') ?? 'runc';

/** A cgroupsPath that no other test has, and its unit. */
function freshScope(slice = 'web-front.slice'): { cgroupsPath: string; unit: string } {
  const name = freshId();
  return { cgroupsPath: `${slice}:test:${name}`, unit: `test-${name}.scope` };
}

type Change = (config: Config) => void;

const inScope =
  (cgroupsPath: string | undefined, resources: LinuxResources = {}, annotations: Record<string, string> = {}): Change =>
  (config) => {
    config.ociVersion = '1.0.2';
    // Ours tells of ambient capabilities that can't be had.
    delete config.process!.capabilities;
    Object.assign(config.linux!, { cgroupsPath, resources: { devices: [{ allow: false, access: 'rwm' }], ...resources } });
    config.annotations = annotations;
  };

const limits = {
  memory: { limit: 100 * MiB, reservation: 50 * MiB, swap: 150 * MiB },
  cpu: { shares: 1024, quota: 50_000, period: 100_000, cpus: '0', mems: '0' },
  pids: { limit: 20 },
};

const annotations = {
  'org.systemd.property.TimeoutStopSec': '7',
  'org.systemd.property.CollectMode': "'inactive-or-failed'",
  'org.systemd.property.Before': "['other.service']",
};

let made: Bundle;
let runtime: Runtime;
let inRoot: (name: string) => string;

before(async () => {
  made = bundle({});
  inRoot = (name) => join(made.rootfs, name);
  runtime = await openRuntime({ stateRoot: mkdtempSync(join(tmpdir(), 'standpipe-state-')) });
});
after(() => {
  rmSync(runtime.stateRoot, { recursive: true });
  made[Symbol.dispose]();
});

/** A container whose command runs. */
async function started(script: string, change: Change): Promise<ContainerHandle> {
  const container = await runtime.create({ id: freshId(), bundle: made.path, spec: shell(script, change) });
  await container.start();
  return container;
}

async function ran(script: string, change: Change): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runtime.run({ id: freshId(), bundle: made.path, spec: shell(script, change) });
  return { code, stdout, stderr };
}

async function failureOf(promise: Promise<unknown>): Promise<Error & { cause?: unknown }> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) expect.fail('it was no failure');
  return error;
}

async function expectGone(unit: string): Promise<void> {
  expect([await loadState(unit), cgroupsNamed(unit)]).to.deep.equal(['not-found', []]);
}

/** What a file of the container's cgroup says. */
function limitOf(unit: string, controller: string, file: string): string {
  const directory = cgroupsNamed(unit).find((path) => version === 2 || path.split('/')[4]?.split(',').includes(controller) === true);
  return readFileSync(join(directory ?? '', file), 'utf8').trim();
}

function filesOf(unit: string): Record<string, string | undefined> {
  return {
    memory: limitOf(unit, 'memory', version === 2 ? 'memory.max' : 'memory.limit_in_bytes'),
    pids: limitOf(unit, 'pids', 'pids.max'),
    quota: limitOf(unit, 'cpu', version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us').split(' ')[0],
  };
}

async function limitsOf(unit: string): Promise<Record<string, string | undefined>> {
  const { MemoryMax, MemoryLimit, MemorySwapMax, TasksMax, CPUQuotaPerSecUSec, AllowedCPUs } = await show(unit);
  return { MemoryMax, MemoryLimit, MemorySwapMax, TasksMax, CPUQuotaPerSecUSec, AllowedCPUs };
}

/** What the unit is, and what its cgroups are set to. */
async function looksOf(unit: string, path: string): Promise<{ unit: Settings; cgroup: Settings }> {
  const { ControlGroup: _, ControlGroupId: __, InvocationID: ___, ...properties } = await show(unit);
  // What it uses and since when, and what is of the moment.
  const passing =
    /Timestamp|Usage|NSec$|Current$|Available$|^IO(Read|Write)|^IP(Ingress|Egress)|^Controller$|^Description$|^DropInPaths$|^NeedDaemonReload$/;
  const lasting = Object.fromEntries(Object.entries(properties).filter(([name]) => !passing.test(name)));
  return { unit: lasting, cgroup: settingsOf(openCgroup(path)) };
}

async function looksOfRunc(change: Change, unit: string, path: string): ReturnType<typeof looksOf> {
  made.configure(shell('sleep 1000', change));
  const state = mkdtempSync(join(tmpdir(), 'standpipe-runc-'));
  try {
    const script = '"$1" --systemd-cgroup --root "$2" create --bundle "$3" it </dev/null >"$2.log" 2>&1 || { cat "$2.log"; exit 1; }';
    const { code, stdout } = await run('/bin/sh', ['-c', script, 'sh', runc, state, made.path]);
    expect(code, stdout).to.equal(0);
    return await looksOf(unit, path);
  } finally {
    await run(runc, ['--root', state, 'delete', '--force', 'it']);
    rmSync(state, { recursive: true, force: true });
    rmSync(`${state}.log`, { force: true });
  }
}

function differences(ours: Settings, theirs: Settings): Record<string, readonly [ours: string | undefined, theirs: string | undefined]> {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter((name) => ours[name] !== theirs[name]);
  return Object.fromEntries(names.map((name) => [name, [ours[name], theirs[name]] as const]));
}

describe(`a container in a scope of systemd, on v${String(version)}`, () => {
  leaveNothing();

  it('is as runc makes it: the unit, and its cgroups', async () => {
    const { cgroupsPath, unit } = freshScope();
    const path = `/web.slice/web-front.slice/${unit}`;
    const change: Change = (config) => {
      inScope(cgroupsPath, limits, annotations)(config);
      // Or runc would change the host's mount of cgroup2.
      config.linux!.namespaces!.push({ type: 'cgroup' });
    };
    const theirs = await looksOfRunc(change, unit, path);
    await using container = await started('sleep 1000', change);
    const ours = await looksOf(unit, path);
    expect(ours.unit).to.include({
      Slice: 'web-front.slice',
      Delegate: 'yes',
      TasksMax: '20',
      TimeoutStopUSec: '7s',
      CollectMode: 'inactive-or-failed',
    });
    expect(ours.unit).to.include({
      Before: 'other.service',
      DefaultDependencies: 'no',
      DevicePolicy: 'strict',
      CPUQuotaPerSecUSec: '500ms',
    });
    expect(ours.unit).to.include(
      version === 2 ? { MemoryMax: String(100 * MiB), AllowedCPUs: '0' } : { MemoryLimit: String(100 * MiB), CPUShares: '1024' },
    );
    const unitDiffers = differences(ours.unit, theirs.unit);
    const cgroupDiffers = differences(ours.cgroup, theirs.cgroup);
    // Debian's runc, 1.1.5, looks for device nodes on the host, of which some are missing, and asks /proc/devices for names.
    expect(unitDiffers['DeviceAllow']?.[0]?.split('; ').toSorted()).to.include.members(['char-136 rwm', '/dev/char/10:200 rwm']);
    expect(unitDiffers['DeviceAllow']?.[1]?.split('; ')).to.include('char-pts rwm');
    // It converts shares linearly.
    const weights = { 'cpu.weight': ['100', '39'], 'cpu.weight.nice': ['0', '4'] };
    expect(Object.keys(unitDiffers).toSorted()).to.deep.equal(version === 2 ? ['CPUWeight', 'DeviceAllow'] : ['DeviceAllow']);
    // And knows no misc controller on v1.
    expect(cgroupDiffers).to.deep.equal(version === 2 ? weights : { 'misc.max': ['', undefined] });
    expect(readFileSync(`/proc/${String(container.state().pid)}/cgroup`, 'utf8')).to.include(path);
  });

  it('is put in the slice that is asked for, or the usual one', async () => {
    for (const [cgroupsPath, path] of [
      [':test:standpipe-1', '/system.slice/test-standpipe-1.scope'],
      ['-.slice:test:standpipe-2', '/test-standpipe-2.scope'],
    ] as const) {
      const { code, stdout, stderr } = await ran('cat /proc/self/cgroup; exit 7', inScope(cgroupsPath));
      expect({ code, stderr }).to.deep.equal({ code: 7, stderr: '' });
      for (const line of stdout.trim().split('\n')) expect(line).to.match(new RegExp(`:${path}$`));
      await expectGone(path.split('/').at(-1) ?? '');
    }
  });

  it('is created and started, and deleted while it runs', async () => {
    const { cgroupsPath, unit } = freshScope();
    const spec = shell('echo started >/tmp/it; sleep 1000', inScope(cgroupsPath));
    const container = await runtime.create({ id: freshId(), bundle: made.path, spec });
    expect((await show(unit))['ActiveState']).to.equal('active');
    expect(existsSync(inRoot('tmp/it'))).to.equal(false);
    await container.start();
    await until(() => existsSync(inRoot('tmp/it')), 'its start');
    expect((await container.exec({ args: ['/bin/cat', '/proc/self/cgroup'] })).stdout).to.include(`/web.slice/web-front.slice/${unit}`);
    await container.delete({ force: true });
    await expectGone(unit);
  });

  it('is updated in the unit too, so that systemd leaves it so', async () => {
    const { cgroupsPath, unit } = freshScope();
    await using container = await started('sleep 1000', inScope(cgroupsPath, limits));
    const looks = async (): Promise<unknown> => [await limitsOf(unit), filesOf(unit)];
    const as = await looks();
    // What fails is taken back in both.
    const refused = await failureOf(
      container.update({ memory: { limit: 60 * MiB }, pids: { limit: 7 }, cpu: { cpus: '0-63' }, hugepageLimits: [] }),
    );
    expect(refused).to.have.property('code').that.is.oneOf(['EINVAL', 'EACCES', 'ERANGE']);
    expect(await looks()).to.deep.equal(as);

    await container.update({ memory: { limit: 60 * MiB, swap: 150 * MiB }, pids: { limit: 7 }, cpu: { quota: 20_001 } });
    const memory = version === 2 ? { MemoryMax: String(60 * MiB), MemorySwapMax: String(90 * MiB) } : { MemoryLimit: String(60 * MiB) };
    expect(await limitsOf(unit)).to.include({ ...memory, TasksMax: '7', CPUQuotaPerSecUSec: '210ms' });
    const files = { memory: String(60 * MiB), pids: '7', quota: '21000' };
    expect(filesOf(unit)).to.deep.equal(files);
    await systemctl('daemon-reload');
    expect(filesOf(unit)).to.deep.equal(files);
  });

  it('has other device rules put in the place of those before, in the unit too', async () => {
    const { cgroupsPath, unit } = freshScope();
    const script = 'rm -f /tmp/said; while :; do (: </dev/con) 2>/tmp/err; cp /tmp/err /tmp/said; usleep 5000; done';
    await using container = await started(script, (config) => {
      inScope(cgroupsPath)(config);
      config.linux!.devices = [{ type: 'c', path: '/dev/con', major: 5, minor: 1 }];
    });
    const said = inRoot('tmp/said');
    const isRefused = (): boolean => existsSync(said) && readFileSync(said, 'utf8').includes('Operation not permitted');
    await until(isRefused, 'a refusal');
    const none = { allow: false, access: 'rwm' };
    await container.update({ devices: [none, { allow: true, type: 'c', major: 5, minor: 1, access: 'r' }] });
    await until(() => existsSync(said) && !isRefused(), 'no more refusals');
    expect((await show(unit))['DeviceAllow']).to.include('/dev/char/5:1 r');
    await systemctl('daemon-reload');
    await sleep(100);
    expect(isRefused()).to.equal(false);
    await container.update({ devices: [none] });
    await until(isRefused, 'another refusal');
  });

  it('is held to its limits, and a failed unit is forgotten with it', async () => {
    const { cgroupsPath, unit } = freshScope();
    const script =
      '(for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait) 2>/tmp/err; grep -c fork /tmp/err; dd if=/dev/zero of=/dev/null bs=64M count=1';
    const change = inScope(cgroupsPath, { memory: { limit: 32 * MiB, swap: 32 * MiB }, pids: { limit: 5 } });
    // Twice: the first leaves no unit behind that has failed, for then the second could not have its name.
    for (let i = 0; i < 2; i++) {
      const { code, stdout, stderr } = await ran(script, change);
      expect(stdout, stderr).to.match(/^[1-9]/);
      // This version of systemd stops a scope in which memory ran out.
      expect(code).to.be.oneOf([137, 143]);
      await expectGone(unit);
    }
    await using container = await started(script, change);
    await until(() => container.state().status === 'stopped', 'its end');
    await container.delete();
    await expectGone(unit);
  });

  it('is limited in what systemd knows nothing of', async () => {
    const { cgroupsPath, unit } = freshScope();
    await using _ = await started('sleep 1000', inScope(cgroupsPath, { hugepageLimits: [{ pageSize: '2MB', limit: 4 * MiB }] }));
    expect(limitOf(unit, 'hugetlb', version === 2 ? 'hugetlb.2MB.max' : 'hugetlb.2MB.limit_in_bytes')).to.equal(String(4 * MiB));
  });

  it('has no unit that is another, which goes on', async () => {
    const { cgroupsPath, unit } = freshScope();
    const other = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await using scope = await createScope({ name: unit.replace('.scope', ''), pids: [other.pid ?? 0] });
    const id = freshId();
    const failure = await failureOf(runtime.run({ id, bundle: made.path, spec: shell('true', inScope(cgroupsPath)) }));
    expect(failure).to.have.property('code', 'CALLBACK_FAILED');
    expect(failure.cause).to.include({ code: 'SYSTEMD_REFUSED' }).and.to.have.property('hint').that.includes('choose another name');
    expect(existsSync(join(runtime.stateRoot, id))).to.equal(false);
    expect((await show(unit))['ActiveState']).to.equal('active');
    expect(scope.cgroup.pids()).to.deep.equal([other.pid]);
  });

  it('leaves nothing when its runtime is killed, while it sets up and after', async () => {
    const { cgroupsPath, unit } = freshScope();
    made.configure(shell('echo on >/tmp/on; sleep 1000', inScope(cgroupsPath, limits)));
    const on = inRoot('tmp/on');
    const moments: Readonly<Record<string, () => boolean>> = {
      'with the unit': () => cgroupsNamed(unit).length > 0,
      'with its command': () => existsSync(on),
    };
    for (const [moment, isNow] of Object.entries(moments)) {
      rmSync(on, { force: true });
      const id = freshId();
      const words = [standpipePath, '--root', runtime.stateRoot, 'run', '--bundle', made.path, id];
      const process1 = spawn(process.execPath, words, { stdio: 'ignore', detached: true });
      await killedWhen(process1, isNow, moment);
      expect((await standpipe(['--root', runtime.stateRoot, 'delete', '--force', id])).stderr, moment).to.equal('');
      await expectGone(unit);
      expect(existsSync(join(runtime.stateRoot, id)), moment).to.equal(false);
    }
  });

  it('is not made without a bus, and nothing of it is left', async () => {
    const { cgroupsPath, unit } = freshScope();
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nonexistent';
    try {
      const failure = await failureOf(ran('true', inScope(cgroupsPath, limits)));
      expect(failure.cause).to.have.property('code', 'SYSTEMD_UNREACHABLE');
    } finally {
      delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    }
    await expectGone(unit);
  });

  it('is refused what is no property', async () => {
    const { cgroupsPath, unit } = freshScope();
    const unknown = await failureOf(ran('true', inScope(cgroupsPath, {}, { 'org.systemd.property.NoSuchThing': 'true' })));
    expect(String(unknown.cause)).to.include('NoSuchThing');
    await expectGone(unit);
  });

  it('is asked for on the command line, or not', async () => {
    const tell = 'cat /proc/self/cgroup';
    const id = freshId();
    made.configure(shell(tell, inScope(undefined)));
    const ours = await standpipe(['--root', runtime.stateRoot, '--systemd-cgroup', 'run', '--bundle', made.path, id]);
    expect(ours.stdout, ours.stderr).to.include(`:/system.slice/standpipe-${id}.scope`);
    await expectGone(`standpipe-${id}.scope`);
    made.configure(shell(tell, inScope(freshScope().cgroupsPath)));
    const cgroupfs = await standpipe(['--root', runtime.stateRoot, '--cgroup-manager=cgroupfs', 'run', '--bundle', made.path, id]);
    expect(cgroupfs).to.deep.include({ code: 1, stdout: '' });
    expect(cgroupfs.stderr).to.include("takes systemd's cgroup manager");
    const disabled = await standpipe(['--root', runtime.stateRoot, '--cgroup-manager', 'disabled', 'run', '--bundle', made.path, id]);
    expect(disabled.stdout).to.equal(readFileSync('/proc/self/cgroup', 'utf8'));
    expect(disabled.stderr).to.include('/linux/resources is not put into effect');
  });
});

/** Kills it, with the program that it has started, which is of its process group. */
async function killedWhen(runtimeProcess: ChildProcess, isNow: () => boolean, moment: string): Promise<void> {
  const exited = once(runtimeProcess, 'exit');
  for (const deadline = Date.now() + 30_000; !isNow(); await sleep(1))
    if (Date.now() > deadline) throw new Error(`waited in vain: ${moment}`);
  process.kill(-(runtimeProcess.pid ?? 0), 'SIGKILL');
  await exited;
}

describe(`a scope of systemd, on v${String(version)}`, () => {
  leaveNothing();

  it('limits processes of any program', async () => {
    const script = 'read go; for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait';
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'pipe'] });
    const name = freshId();
    {
      await using scope = await createScope({
        name,
        pids: [child.pid ?? 0],
        resources: { pids: { limit: 4 }, memory: { limit: 64 * MiB } },
        properties: { TimeoutStopSec: '3' },
      });
      expect(await show(scope.unit)).to.include({ TasksMax: '4', TimeoutStopUSec: '3s', ActiveState: 'active', Slice: 'system.slice' });
      expect(scope.cgroup.pids()).to.include(child.pid);
      await scope.update({ pids: { limit: 5 } });
      expect(await show(scope.unit)).to.include({ TasksMax: '5' });
      child.stdin.end('\n');
      expect(await text(child.stderr)).to.match(/fork/i);
    }
    await expectGone(`${name}.scope`);
  });
});
