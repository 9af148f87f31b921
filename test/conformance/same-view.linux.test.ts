import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import type { Spec } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { dockerLike, shell, specOf } from '../end-to-end/specs.js';
import { freshId, standpipe } from '../end-to-end/standpipe.js';
import { peer } from './peer.js';
import { essentialMounts, parseView, sectionNames, viewScript } from './view.js';

const mapping = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

const configs: Readonly<Record<string, (path: string) => Spec>> = {
  'the default of spec': () => shell(viewScript),
  'one as Docker makes': (path) => {
    const files = join(path, 'files');
    mkdirSync(files);
    for (const name of ['hosts', 'hostname', 'resolv.conf']) writeFileSync(join(files, name), `${name}\n`);
    return dockerLike(['/bin/sh', '-c', viewScript], files);
  },
  'one with a user, limits and a read-only root': () =>
    shell(viewScript, (config) => {
      config.root.readonly = true;
      config.process!.user = { uid: 1000, gid: 1000, additionalGids: [50], umask: 0o27 };
      config.process!.rlimits = [
        { type: 'RLIMIT_NOFILE', soft: 512, hard: 1000 },
        { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      ];
      config.process!.oomScoreAdj = 500;
      config.process!.cwd = '/tmp';
      config.process!.env = ['PATH=/bin', 'A=1', 'B=2 3'];
    }),
  'one in a user namespace': () =>
    shell(viewScript, (config) => {
      config.linux!.namespaces!.push({ type: 'user' });
      config.linux!.uidMappings = mapping;
      config.linux!.gidMappings = mapping;
    }),
  'one with ambient capabilities': () =>
    shell(viewScript, (config) => {
      const some = ['CAP_NET_BIND_SERVICE', 'CAP_KILL'];
      config.process!.user = { uid: 1000, gid: 1000 };
      config.process!.capabilities = { bounding: some, effective: some, permitted: some, inheritable: some, ambient: some };
    }),
  'one with sysctls and propagation': () =>
    shell(`${viewScript}; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax`, (config) => {
      config.linux!.sysctl = { 'net.ipv4.ip_forward': '1', 'kernel.shmmax': '123456' };
      config.linux!.rootfsPropagation = 'slave';
    }),
  "one that shares the host's pids and names": () =>
    specOf(['/bin/sh', '-c', 'readlink /proc/self/exe; hostname'], (config) => {
      delete config.hostname;
      config.linux!.namespaces = config.linux!.namespaces!.filter(({ type }) => type === 'mount');
    }),
};

async function viewOf(
  runtime: string,
  path: string,
): Promise<{ code: number | null; view: Readonly<Record<string, string>>; stderr: string }> {
  const words = ['run', '--bundle', path, freshId()];
  const { code, stdout, stderr } = runtime === 'standpipe' ? await standpipe(words) : await peer(runtime, words);
  return { code, view: parseView(stdout), stderr };
}

/** That hierarchy is mounted for crun alone. */
function withoutHugetlb(cgroups: string): string {
  return cgroups.replace(/^\d+:hugetlb:.*\n/m, '');
}

describe('a container sees the same as under', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  for (const name of ['runc', 'crun']) {
    for (const [what, configOf] of Object.entries(configs)) {
      it(`${name}: ${what}`, async function () {
        needs(this, name);
        using made = bundle({});
        // Debian 12's peers know no newer version of the specification.
        const config = configOf(made.path);
        // Where it lies without being told is each runtime's own affair.
        made.configure({ ...config, ociVersion: '1.0.2', linux: { ...config.linux, cgroupsPath: '/standpipe-view' } });
        if (configOf.toString().includes('uidMappings')) await run('chown', ['-R', '100000:100000', made.rootfs]);
        const theirs = await viewOf(name, made.path);
        const ours = await viewOf('standpipe', made.path);
        expect(theirs.stderr).to.equal('');
        expect(ours.code, ours.stderr).to.equal(theirs.code);
        for (const section of sectionNames) {
          const [own = '', other = ''] = [ours.view[section], theirs.view[section]];
          if (name === 'crun' && section === 'cgroups') expect(withoutHugetlb(own), section).to.equal(withoutHugetlb(other));
          else if (name === 'crun' && section === 'mounts') expect(essentialMounts(own), section).to.equal(essentialMounts(other));
          else expect(own, section).to.equal(other);
        }
      });
    }
  }
});
