import { SpecError } from '@standpipe/errors';
import { disassemble, link } from '@standpipe/program';
import { NetworkNamespace, Setgroups } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import namespaces, { namespacesPlugin } from '../src/index.js';

const ids = (hostID: number, size: number): object => ({
  uidMappings: [{ containerID: 0, hostID, size }],
  gidMappings: [{ containerID: 0, hostID, size }],
});
const linux = (types: readonly (string | { type: string; path: string })[], more: object = {}): PlanCreateInput['spec'] =>
  ({ linux: { namespaces: types.map((type) => (typeof type === 'string' ? { type } : type)), ...more } }) as PlanCreateInput['spec'];
const ordinary = { uid: 1000, gid: 1000, systemProgram: (name: string) => `/usr/bin/${name}` };

async function planned(input: PlanCreateInput): Promise<{ text: string; setgroups: string | undefined }> {
  const context = await planCreate(namespacesPlugin, input);
  return { text: disassemble(link(context.program.source())), setgroups: context.slots.get(Setgroups) };
}

/** The issues that a step failed with, as `pointer: message`. */
async function issues(input: PlanCreateInput): Promise<string[]> {
  const error = (await planCreate(namespacesPlugin, input).catch((thrown: unknown) => thrown)) as Error;
  if (!SpecError.is(error.cause)) throw error;
  return error.cause.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
}

describe('the namespaces plugin', () => {
  it('is exported by name and as default', () => {
    expect(namespaces).to.equal(namespacesPlugin);
  });

  it('clones in isolate, maps in admit, lets go in release', async () => {
    const { text } = await planned({ spec: linux(['user', 'pid', 'mount'], ids(100_000, 65_536)) });
    const places = [
      "# namespaces/namespaces.clone: make the container's process in new user, pid and mount namespaces (/linux/namespaces)",
      'clone3({flags=CLONE_PIDFD|CLONE_NEWNS|CLONE_NEWUSER|CLONE_NEWPID',
      '# namespaces/namespaces.map: write the gid map "0 100000 65536" (/linux/gidMappings)',
      '# namespaces/namespaces.map: write the uid map "0 100000 65536" (/linux/uidMappings)',
      '# namespaces/namespaces.go: tell the container to go on',
      '# namespaces/namespaces.clone: wait for the host',
      '# namespaces/namespaces.clone: become root in the new user namespace (/linux/uidMappings)',
    ].map((sentence) => text.indexOf(sentence));
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
    expect(places).not.to.include(-1);
  });

  it('has the in-between process as a section of its own, by its step', async () => {
    const { text } = await planned({ spec: linux([{ type: 'user', path: '/run/ns/user' }]) });
    expect(text).to.match(
      /\nin-between\n[^]*# namespaces\/namespaces\.clone: join the user namespace "\/run\/ns\/user" \(\/linux\/namespaces\/0\/path\)/,
    );
  });

  it('tells the way to the own network namespace', async () => {
    const way = async (...types: Parameters<typeof linux>[0]): Promise<NetworkNamespace | undefined> =>
      (await planCreate(namespacesPlugin, { spec: linux(types) })).slots.get(NetworkNamespace);
    expect(await way('network')).to.have.property('pidfd');
    expect(await way({ type: 'network', path: '/run/netns/blue' })).to.have.property('netns');
    expect(await way('pid')).to.equal(undefined);
  });

  it('answers whether setgroups may be called', async () => {
    const denied = { readText: (path: string) => (path === '/proc/self/setgroups' ? 'deny\n' : undefined) };
    const answers = [
      await planned({ spec: linux(['pid']) }),
      await planned({ spec: linux(['pid']), facts: denied }),
      await planned({ spec: linux(['user'], ids(1000, 1)), facts: ordinary }),
      await planned({ spec: linux([{ type: 'user', path: '/u' }]) }),
    ];
    expect(answers.map(({ setgroups }) => setgroups)).to.deep.equal(['allowed', 'denied', 'denied', 'unknown']);
  });

  it('finds the helpers by the facts', async () => {
    const spec = linux(['user'], ids(100_000, 10));
    expect((await planned({ spec, facts: ordinary })).text).to.include('execve("/usr/bin/newuidmap"');
    const error: unknown = await planCreate(namespacesPlugin, { spec, facts: { uid: 1000, gid: 1000 } }).catch((thrown: unknown) => thrown);
    expect((error as Error).cause).to.include({ code: 'NOT_SUPPORTED', feature: 'newgidmap' });
  });

  it('tells an ordinary user that a user namespace is needed, before anything runs', async () => {
    for (const spec of [linux(['pid', 'mount']), {}]) {
      expect(await issues({ spec, facts: ordinary })).to.deep.equal([
        '/linux/namespaces: an ordinary user can make and join namespaces only with a user namespace',
      ]);
    }
  });

  it('tells the user which mappings would do', async () => {
    const error: unknown = await planCreate(namespacesPlugin, { spec: linux(['pid']), facts: ordinary }).catch((thrown: unknown) => thrown);
    expect((error as Error).cause).to.have.property(
      'hint',
      'with uidMappings [{ "containerID": 0, "hostID": 1000, "size": 1 }] and gidMappings [{ "containerID": 0, "hostID": 1000, "size": 1 }] root inside is yourself',
    );
  });

  it('gives every issue of the spec', async () => {
    expect(await issues({ spec: linux(['pid', 'pid', 'user']) })).to.have.length(3);
  });

  it("joins a container's namespaces in isolate, and lets go in release", async () => {
    const context = await planExec(namespacesPlugin, {
      container: { pid: 42, namespaces: { mount: 1, pid: 2 } },
      facts: { readText: (path) => (path === '/proc/42/setgroups' ? 'deny\n' : undefined) },
    });
    const text = disassemble(link(context.program.source()));
    const places = [
      '# namespaces/namespaces.clone: join the mount, pid namespaces of the container (/linux/namespaces)',
      'CLONE_PARENT',
    ].map((part) => text.indexOf(part));
    expect(places).not.to.include(-1);
    expect(text).to.include('# namespaces/namespaces.go: tell the container to go on');
    expect(context.slots.get(Setgroups)).to.equal('denied');
  });
});
