import { assemble, parseAssemblyConfig } from '@standpipe/kernel';
import type { Features } from '@standpipe/oci-spec';
import { createPipeline, type HostFacts } from '@standpipe/runtime-api';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import defaultDocument from '../assemblies/default.json' with { type: 'json' };
import { assemblyFeatures, plugins } from '../src/index.js';

const facts = (lastCap: string): HostFacts => ({
  uid: 0,
  gid: 0,
  env: {},
  readText: (path) => (path === '/proc/sys/kernel/cap_last_cap' ? lastCap : undefined),
  systemProgram: () => undefined,
  landlockAbi: () => 0,
  isTerminal: () => false,
});

/** What JSON shows of the document, of the default assembly but for some plugins. */
async function features({ without = [], lastCap = '40\n' }: { without?: readonly string[]; lastCap?: string } = {}): Promise<Features> {
  const config = parseAssemblyConfig({ api: 1, extends: 'default', disabled: without }, 'test', () => ({
    document: defaultDocument,
    source: 'default',
  }));
  const assembly = await assemble({ config, plugins, pipelines: [createPipeline] });
  try {
    return JSON.parse(JSON.stringify(assemblyFeatures(assembly, facts(lastCap), { 'org.example': 'yes' }))) as Features;
  } finally {
    await assembly.close();
  }
}

describe('assemblyFeatures', () => {
  it('has an answer to each question of the specification', async () => {
    const { linux, ...document } = await features();
    expect(document).to.have.all.keys(
      'ociVersionMin',
      'ociVersionMax',
      'hooks',
      'mountOptions',
      'annotations',
      'potentiallyUnsafeConfigAnnotations',
    );
    expect(document).to.deep.include({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0' });
    expect(document.annotations).to.deep.include({ 'org.example': 'yes' });
    expect(document.mountOptions).to.include.members(['ro', 'rro', 'rbind', 'rprivate', 'tmpcopyup', 'idmap', 'ridmap']);
    expect(linux).to.have.all.keys(
      'namespaces',
      'capabilities',
      'cgroup',
      'seccomp',
      'apparmor',
      'selinux',
      'intelRdt',
      'memoryPolicy',
      'mountExtensions',
      'netDevices',
    );
    expect(linux?.cgroup).to.include({ v1: true, v2: true, systemd: true, systemdUser: true, rdma: true });
    expect(linux?.mountExtensions).to.deep.equal({ idmap: { enabled: true } });
    expect(linux?.memoryPolicy?.modes).to.include('MPOL_BIND');
    expect(linux?.namespaces).to.include.members(['mount', 'network', 'pid', 'uts']);
  });

  it('knows the capabilities of this kernel and no later ones', async () => {
    expect((await features({ lastCap: '36\n' })).linux?.capabilities)
      .to.include('CAP_BLOCK_SUSPEND')
      .and.have.lengthOf(37);
    expect((await features()).linux?.capabilities?.at(-1)).to.equal('CAP_CHECKPOINT_RESTORE');
    // A kernel from the future has more than anyone here can name.
    expect((await features({ lastCap: '50\n' })).linux?.capabilities).to.have.lengthOf(41);
  });

  it('does without what is not assembled', async () => {
    const without = await features({ without: ['mounts', 'cgroups', 'capabilities', 'namespaces', 'process'] });
    expect(without.mountOptions).to.deep.equal([]);
    expect(without.linux).to.deep.include({
      namespaces: [],
      capabilities: [],
      mountExtensions: { idmap: { enabled: false } },
      memoryPolicy: { modes: [], flags: [] },
    });
    expect(without.linux?.cgroup).to.include({ v1: false, v2: false, rdma: false });
  });
});
