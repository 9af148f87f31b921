import { SpecError } from '@standpipe/errors';
import { disassemble, link } from '@standpipe/program';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import rootfs, { rootfsPlugin } from '../src/index.js';

const spec = { root: { path: 'rootfs' }, linux: { namespaces: [{ type: 'mount' }] } } as const;

async function program(input: PlanCreateInput): Promise<string> {
  return disassemble(link((await planCreate(rootfsPlugin, input)).program.source()));
}

async function issues(input: PlanCreateInput): Promise<string[]> {
  const error = (await planCreate(rootfsPlugin, input).catch((thrown: unknown) => thrown)) as Error;
  if (!SpecError.is(error.cause)) throw error;
  return error.cause.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
}

describe('the rootfs plugin', () => {
  it('is exported by name and as default', () => {
    expect(rootfs).to.equal(rootfsPlugin);
  });

  it("takes the bundle's root filesystem in the container half, into the register that others use", async () => {
    const text = await program({ spec, settings: { bundle: '/bundles/one' } });
    const container = text.slice(text.indexOf('\ncontainer\n'));
    expect(container).to.include('# rootfs/rootfs.open: open the root filesystem "/bundles/one/rootfs" (/root/path)');
    expect(container).to.include('root = open_tree(');
    expect(text.slice(0, -container.length)).not.to.include('rootfs.open');
  });

  it('honours rootfsPropagation', async () => {
    const text = await program({ spec: { ...spec, linux: { ...spec.linux, rootfsPropagation: 'rprivate' } } });
    expect(text).to.include('mount_setattr(AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW|AT_RECURSIVE, {propagation=MS_PRIVATE}');
  });

  it('refuses to work on mounts that others have', async () => {
    for (const namespaces of [undefined, [{ type: 'pid' }], [{ type: 'mount', path: '/proc/1/ns/mnt' }]] as const) {
      expect(await issues({ spec: { ...spec, linux: { namespaces: namespaces?.map((one) => ({ ...one })) } } })).to.deep.equal([
        '/linux/namespaces: a root filesystem needs a new mount namespace',
      ]);
    }
  });

  it('refuses a private root that is not pivoted to', async () => {
    const given = { spec: { ...spec, linux: { ...spec.linux, rootfsPropagation: 'private' } }, settings: { noPivot: true } } as const;
    expect(await issues(given)).to.deep.equal([
      '/linux/rootfsPropagation: without pivot_root a private root would keep mounts of the host in use',
    ]);
  });
});
