import { disassemble, link, type Op, sys } from '@standpipe/program';
import { ContainerCgroup, type CreateContext, type HostFacts, RecordCgroups, type RecordedScope } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cgroupsSystemdPlugin } from '../src/index.js';

const machine: Readonly<Record<string, string>> = {
  '/proc/self/mountinfo': '30 29 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
  '/proc/self/cgroup': '0::/system.slice/me.service\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids\n',
  '/proc/self/uid_map': '         0          0 4294967295\n',
};

function factsOf(texts: Readonly<Record<string, string>> = {}, facts: Partial<HostFacts> = {}): Partial<HostFacts> {
  const all = { ...machine, ...texts };
  return { readText: (path) => Object.entries(all).find(([name]) => name === path)?.[1], ...facts };
}

async function created(input: PlanCreateInput = {}): Promise<CreateContext & { text: string }> {
  const context = await planCreate(cgroupsSystemdPlugin, { facts: factsOf(), ...input });
  return { ...context, text: disassemble(link(context.program.source())) };
}

const asked = { spec: { linux: { cgroupsPath: 'a-b.slice:p:n', resources: { pids: { limit: 7 } } } } };

describe('the cgroups-systemd plugin', () => {
  it('has systemd make what looks like a unit, while the process waits, and then limits it', async () => {
    const { program, text, slots } = await created(asked);
    expect(program.callbacks.map(({ origin }) => origin.step)).to.deep.equal(['scope.start', 'scope.start']);
    expect(text.indexOf('make the scope "p-n.scope"')).to.be.greaterThan(0);
    expect(text).to.include('write "7" to "/sys/fs/cgroup/a.slice/a-b.slice/p-n.scope/pids.max"');
    expect(text).to.include('/linux/cgroupsPath');
    // Nobody can be born there: it is made when somebody is.
    expect(slots.need(ContainerCgroup)).to.deep.equal({ fd: undefined, procCgroup: '0::/a.slice/a-b.slice/p-n.scope\n' });
  });

  it('leaves other containers alone, unless it is to make all, or is asked to', async () => {
    const isMade = async (input: PlanCreateInput): Promise<boolean> => (await created(input)).program.callbacks.length > 0;
    const [path, none] = [{ spec: { linux: { cgroupsPath: '/pods/web' } } }, { spec: {} }];
    expect([await isMade(path), await isMade(none)]).to.deep.equal([false, false]);
    expect(await isMade({ ...none, config: { scopes: 'always' } })).to.equal(true);
    expect(await isMade({ ...none, settings: { cgroupManager: 'systemd' } })).to.equal(true);
    for (const cgroupManager of ['cgroupfs', 'disabled'] as const)
      for (const config of [{}, { scopes: 'always' }])
        expect(await isMade({ ...asked, config, settings: { cgroupManager } })).to.equal(false);
  });

  it('keeps word of the unit around its making', async () => {
    const recorded: [readonly string[], RecordedScope | undefined][] = [];
    const note = (name: string): Op => sys(name, [], { say: name });
    const { text } = await created({
      ...asked,
      settings: { name: 'ours', id: 'web', stateRoot: '/run/ours' },
      prepare: ({ slots }) =>
        slots.set(RecordCgroups, (directories, scope) => {
          recorded.push([directories, scope]);
          return { making: [note('getpid')], made: [note('getppid')] };
        }),
    });
    expect(recorded).to.deep.equal([
      [
        ['/sys/fs/cgroup/a.slice/a-b.slice/p-n.scope'],
        { unit: 'p-n.scope', bus: 'system', description: 'ours container web of /run/ours' },
      ],
    ]);
    expect(text).to.match(/getpid\([^]*sendto\([^]*getppid\([^]*pids\.max/);
  });

  it('lets it be with --keep, by telling nobody to undo it', async () => {
    const steps = async (keep: boolean): Promise<number> =>
      (await created({ ...asked, settings: { keep } })).text.match(/scope\.keep/g)?.length ?? 0;
    expect(await steps(false)).to.equal(0);
    expect(await steps(true)).to.be.greaterThan(0);
  });

  it('asks the systemd of an ordinary user, and of root in a user namespace', async () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const path = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/a.slice/a-b.slice/p-n.scope';
    const user = await created({
      ...asked,
      facts: factsOf({ '/proc/self/cgroup': '0::/user.slice/user-1000.slice/session-1.scope\n' }, { uid: 1000, env }),
    });
    const mapped = await created({
      ...asked,
      facts: factsOf(
        { '/proc/self/uid_map': '0 1000 1\n', '/proc/self/cgroup': '0::/user.slice/user-1000.slice/user@1000.service/app.slice\n' },
        { uid: 0, env },
      ),
    });
    if (process.getuid?.() !== undefined) for (const { text } of [mapped]) expect(text).to.include(path);
    expect(user.text).to.match(/user@\d+\.service\/a\.slice\/a-b\.slice\/p-n\.scope/);
  });

  it('refuses options that it does not know', async () => {
    for (const config of [{ scopes: 'never' }, { slice: 'a.slice' }]) {
      const refused: unknown = await created({ config }).catch((error: unknown) => error);
      expect(refused).to.have.property('code', 'ASSEMBLY_FAILED');
    }
  });
});
