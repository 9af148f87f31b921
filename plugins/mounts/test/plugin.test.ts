import { SpecError } from '@standpipe/errors';
import { disassemble, link } from '@standpipe/program';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mounts, { mountsPlugin } from '../src/index.js';

const proc = { destination: '/proc', type: 'proc', source: 'proc' };
const maps = { uidMappings: [{ containerID: 0, hostID: 1000, size: 10 }], gidMappings: [{ containerID: 0, hostID: 2000, size: 10 }] };
const idmapped = { destination: '/vol', source: 'volume', options: ['bind', 'idmap'], ...maps };
const files: Readonly<Record<string, string>> = {
  '/proc/self/uid_map': '         0          0 4294967295\n',
  '/proc/self/mountinfo': '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n22 1 0:5 / /proc rw - proc proc rw\n',
  '/proc/self/cgroup': '0::/\n',
};
const facts: PlanCreateInput['facts'] = { uid: 0, gid: 0, readText: (path) => files[path] };

async function program(input: PlanCreateInput): Promise<{ host: string; container: string; text: string }> {
  const text = disassemble(link((await planCreate(mountsPlugin, { facts, ...input })).program.source()));
  const at = text.indexOf('\ncontainer\n');
  return { host: text.slice(0, at), container: text.slice(at), text };
}

describe('the mounts plugin', () => {
  it('is exported by name and as default', () => {
    expect(mounts).to.equal(mountsPlugin);
  });

  it('mounts in rootfs, and pivots, protects and masks in pivot, in the container half', async () => {
    const { host, container } = await program({
      spec: {
        root: { path: 'rootfs', readonly: true },
        mounts: [proc, { destination: '/tmp', type: 'tmpfs', options: ['ro'] }],
        linux: { readonlyPaths: ['/proc/sys'], maskedPaths: ['/proc/kcore'] },
      },
    });
    const places = [
      '# mounts/mounts.mount: mount "proc" on "/proc" (/mounts/0)',
      '# mounts/mounts.mount: mount "tmpfs" on "/tmp" (/mounts/1)',
      '# mounts/mounts.pivot: mount "tmpfs" on "/tmp": make it read-only (/mounts/1)',
      '# mounts/mounts.pivot: make the root read-only (/root/readonly)',
      'pivot_root(".", ".")',
      '# mounts/mounts.protect: make "/proc/sys" read-only (/linux/readonlyPaths/0)',
      '# mounts/mounts.mask: mask "/proc/kcore" (/linux/maskedPaths/0)',
    ].map((sentence) => container.indexOf(sentence));
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
    expect(places).not.to.include(-1);
    expect(host).not.to.include('mounts/');
  });

  it('leaves a root writable, and nothing masked, unless asked', async () => {
    const { text } = await program({ spec: {} });
    expect(text).not.to.include('read-only').and.not.to.include('mask');
  });

  it('takes sources from the bundle', async () => {
    const { container } = await program({
      spec: { mounts: [{ destination: '/f', source: 'file', options: ['bind'] }] },
      settings: { bundle: '/b' },
    });
    expect(container).to.include('open_tree(AT_FDCWD, "/b/file"');
  });

  it('opens user namespaces of idmapped mounts in the host half, before the clone', async () => {
    const { host, text } = await program({ spec: { mounts: [idmapped] } });
    expect(host).to.match(/# mounts\/mounts\.prepare: bind .* on "\/vol": make a user namespace for its mappings \(\/mounts\/0\)/);
    expect(text).to.include('\nholder of a user namespace\n');
  });

  it("takes the maps of the container's user namespace where a mount has none", async () => {
    const mount = { ...idmapped, uidMappings: undefined, gidMappings: undefined };
    const joined = { namespaces: [{ type: 'user', path: '/run/ns/user' }] } as const;
    expect((await program({ spec: { mounts: [mount], linux: { namespaces: [...joined.namespaces] } } })).host).to.include(
      'openat(AT_FDCWD, "/run/ns/user"',
    );
    expect((await program({ spec: { mounts: [mount], linux: { namespaces: [{ type: 'user' }], ...maps } } })).text).to.include(
      '"0 1000 10\\n"',
    );
  });

  it('opens what is bound in the host half for a user namespace, but not for an ordinary user', async () => {
    const spec = {
      mounts: [{ destination: '/vol', source: '/private', options: ['rbind'] }],
      linux: { namespaces: [{ type: 'user' }] },
    } as const;
    const given = {
      mounts: spec.mounts.map((one) => ({ ...one, options: [...one.options] })),
      linux: { namespaces: [{ type: 'user' as const }] },
    };
    const asRoot = await program({ spec: given });
    expect(asRoot.host)
      .to.include('# mounts/mounts.mount: bind "/private" on "/vol": open its source (/mounts/0)')
      .and.to.include('setns(pidfd, CLONE_NEWNS)');
    expect(asRoot.container).to.include('recvmsg(').and.not.to.include('"/private", ');
    const asUser = await program({ spec: given, facts: { ...facts, uid: 1000 } });
    expect(asUser.host).not.to.include('mounts/');
    expect(asUser.container).to.include('open_tree(AT_FDCWD, "/private"');
    // Root of a user namespace is an ordinary user to the host.
    const nested = await program({
      spec: given,
      facts: { ...facts, readText: (path) => (path === '/proc/self/uid_map' ? '0 1000 1\n' : files[path]) },
    });
    expect(nested.host).not.to.include('mounts/');
  });

  it('asks for facts of cgroups, and mounts what the machine has', async () => {
    const mount = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' };
    const inNamespace = { mounts: [mount], linux: { namespaces: [{ type: 'cgroup' as const }] } };
    expect((await program({ spec: inNamespace })).container).to.include('fsopen("cgroup2"');
    // Without one, a mount of its own would set the options of the host's.
    expect((await program({ spec: { mounts: [mount] } })).container)
      .to.include('open_tree(AT_FDCWD, "/sys/fs/cgroup')
      .and.not.to.include('fsopen("cgroup2"');
    const asked: string[] = [];
    const readText = (path: string): string | undefined => (asked.push(path), files[path]);
    await program({ spec: { mounts: [proc] }, facts: { ...facts, readText } });
    expect(asked).not.to.include('/proc/self/mountinfo');
  });

  it('moves the root where pivot_root is not wanted', async () => {
    const { container } = await program({ spec: { root: { path: '/srv/root' } }, settings: { noPivot: true } });
    expect(container).to.include('chroot(".")').and.to.include('hide the host\'s "/proc"').and.not.to.include('pivot_root');
  });

  it('gathers what is wrong with the mounts, before anything runs', async () => {
    const error = (await planCreate(mountsPlugin, {
      facts,
      spec: { mounts: [{ destination: '/proc/self', type: 'tmpfs' }, { destination: '/x' }] },
    }).catch((thrown: unknown) => thrown)) as Error;
    expect(SpecError.is(error.cause) && error.cause.issues.map(({ pointer }) => pointer)).to.deep.equal([
      '/mounts/0/destination',
      '/mounts/1/type',
    ]);
  });
});
