import type { SpecIssue } from '@standpipe/errors';
import type { Spec } from '@standpipe/oci-spec';
import { disassemble, link, reg, sys } from '@standpipe/program';
import { ContainerCgroup, type CreateContext, type HostFacts, RecordCgroups } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cgroupsPlugin } from '../src/index.js';

const v1: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': [
    '30 29 0:26 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
    '31 29 0:27 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices',
    '32 29 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  ].join('\n'),
  '/proc/self/cgroup': '3:pids:/user.slice\n2:devices:/\n0::/user.slice/me.scope\n',
};
const v2: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': '30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
  '/proc/self/cgroup': '0::/user.slice/me.scope\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
};

function factsOf(texts: Readonly<Record<string, string>>, facts: Partial<HostFacts> = {}): Partial<HostFacts> {
  const all = { '/proc/self/uid_map': '         0          0 4294967295\n', ...texts };
  return { readText: (path) => Object.entries(all).find(([name]) => name === path)?.[1], ...facts };
}

async function created(texts: Readonly<Record<string, string>>, input: PlanCreateInput = {}): Promise<CreateContext & { text: string }> {
  const context = await planCreate(cgroupsPlugin, { facts: factsOf(texts), ...input });
  return { ...context, text: disassemble(link(context.program.source())) };
}

const linux = (value: Spec['linux']): { spec: Partial<Spec> } => ({ spec: { linux: value } });

describe('the cgroups plugin', () => {
  it('makes a cgroup in every v1 hierarchy, and enters it there', async () => {
    const { text, slots } = await created(v1);
    for (const path of ['/sys/fs/cgroup/pids/user.slice/test', '/sys/fs/cgroup/devices/test', '/sys/fs/cgroup/unified/user.slice/test']) {
      expect(text).to.include(`make the cgroup "${path}"`);
    }
    expect(new Set(text.match(/put the container's process into the cgroup "[^"]*"/g)).size).to.equal(2);
    const own = slots.need(ContainerCgroup);
    expect(own.procCgroup).to.equal('3:pids:/user.slice/test\n2:devices:/test\n0::/user.slice/test\n');
    expect(own.fd, 'hybrid: born in the v2 one').not.to.equal(undefined);
  });

  it('makes one beside the own on v2, and has the container born there', async () => {
    const { text, slots } = await created(v2, linux({ resources: { pids: { limit: 7 } } }));
    expect(text)
      .to.include('make the cgroup "/sys/fs/cgroup/user.slice/test"')
      .and.to.include('write "7" to "/sys/fs/cgroup/user.slice/test/pids.max"');
    expect(text).to.include('let the cgroups below "/sys/fs/cgroup/user.slice" have the pids controller');
    expect(text).not.to.include("put the container's process into");
    expect(slots.need(ContainerCgroup).fd).not.to.equal(undefined);
  });

  it('denies devices, on v2 by a program', async () => {
    expect((await created(v1)).text).to.match(/write "a" to "\/sys\/fs\/cgroup\/devices\/test\/devices\.deny"/);
    expect((await created(v2)).text)
      .to.include('attach the device rules to the cgroup')
      .and.not.to.include('devices.deny');
  });

  it('points to the path that was asked for', async () => {
    const { text } = await created(v2, linux({ cgroupsPath: '/pods/web' }));
    expect(text).to.include('make the cgroup "/sys/fs/cgroup/pods/web" (/linux/cgroupsPath)');
  });

  it('keeps word of them before they are made, and says when they are', async () => {
    const seen: string[] = [];
    const { text } = await created(v2, {
      prepare: ({ slots }) => {
        slots.set(RecordCgroups, (directories) => {
          seen.push(...directories);
          return { making: [sys('getpid', [], { to: reg('making') })], made: [sys('gettid', [], { to: reg('made') })] };
        });
      },
    });
    expect(seen).to.deep.equal(['/sys/fs/cgroup/user.slice/test']);
    expect(text.indexOf('getpid')).to.be.lessThan(text.indexOf('mkdirat')).and.greaterThan(0);
    expect(text.indexOf('gettid')).to.be.greaterThan(text.lastIndexOf('mkdirat'));
  });

  it('does without where an ordinary user has none delegated, and shows none as the own', async () => {
    const { text, slots } = await created(v2, { facts: factsOf(v2, { uid: 1000 }) });
    expect(text).to.match(/mkdirat\(.*"test".*EACCES/);
    expect(text).to.include("put the container's process into").and.not.to.include('attach the device rules');
    expect(slots.get(ContainerCgroup)).to.equal(undefined);
  });

  it('takes root of a user namespace for an ordinary user', async () => {
    const nested = { ...v2, '/proc/self/uid_map': '0 1000 1\n' };
    expect((await created(nested, { facts: factsOf(nested) })).slots.get(ContainerCgroup)).to.equal(undefined);
  });

  it('does nothing where no cgroups are mounted, but for saying that limits need them', async () => {
    const none = { '/proc/self/mountinfo': '', '/proc/self/cgroup': '0::/\n' };
    expect((await created(none)).text).not.to.include('cgroup');
    const error: unknown = await created(none, linux({ resources: { pids: { limit: 7 } } })).catch((thrown: unknown) => thrown);
    const issues = (error as { cause: { issues: SpecIssue[] } }).cause.issues;
    expect(issues.map(({ pointer }) => pointer)).to.deep.equal(['/linux/resources/pids/limit']);
  });

  it('keeps them with --keep, and not otherwise', async () => {
    expect((await created(v2, { settings: { keep: true } })).text).to.include('cgroups/cgroups.keep');
    expect((await created(v2)).text).not.to.include('cgroups/cgroups.keep');
  });

  it('has what is executed in a container in all its cgroups', async () => {
    const cgroups = ['/sys/fs/cgroup/pids/box', '/sys/fs/cgroup/unified/box'];
    const { program, slots } = await planExec(cgroupsPlugin, { facts: factsOf(v1), container: { cgroups } });
    const steps = program.source().sections[0]?.fragments.map(({ origin }) => origin.step);
    expect(steps).to.deep.equal(['cgroups.open', 'cgroups.enter']);
    expect(slots.need(ContainerCgroup).fd).not.to.equal(undefined);
    expect(disassemble(link(program.source()))).to.include('put the container\'s process into the cgroup "/sys/fs/cgroup/pids/box"');
    const below = await planExec(cgroupsPlugin, {
      facts: factsOf(v1),
      container: { cgroups },
      settings: { subCgroups: new Map([['pids', 'sub']]) },
    });
    expect(disassemble(link(below.program.source()))).to.include(
      'put the container\'s process into the cgroup "/sys/fs/cgroup/pids/box/sub"',
    );
  });

  it('leaves an ordinary user what is delegated, and no more', async () => {
    const facts = factsOf(v2, { uid: 1000 });
    const { slots, program } = await planExec(cgroupsPlugin, { facts, container: { cgroups: [] } });
    expect(slots.get(ContainerCgroup)).to.equal(undefined);
    expect(program.source().sections[0]?.fragments).to.deep.equal([]);
  });
});
