import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import type { Probe } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probeNamespaces, type ProbeNamespacesInput } from '../src/index.js';

const helpers = (name: string): string => `/usr/bin/${name}`;

function probe(
  about: string,
  { files = {}, ...input }: Partial<ProbeNamespacesInput> & { files?: Readonly<Record<string, string>> },
): Probe | undefined {
  const all = probeNamespaces({ uid: 0, readText: (path) => files[path], systemProgram: helpers, ...input });
  return all.find(({ what }) => what.includes(about));
}

describe('probeNamespaces', () => {
  leaveNothing();

  it('finds what this kernel has', function () {
    needsRoot(this);
    for (const about of ['kinds: ', 'clone3', 'pidfd', 'user namespaces for']) expect(probe(about, {})?.outcome, about).to.equal('yes');
    expect(probe('kinds: ', {})?.what).to.include('mount, network, pid');
  });

  it('says which setting closes user namespaces to ordinary users', async function () {
    needsRoot(this);
    needs(this, 'unshare');
    const module = JSON.stringify(new URL('../src/index.js', import.meta.url).href);
    const script = `
      const { readFileSync, writeFileSync } = await import('node:fs');
      const { probeNamespaces } = await import(${module});
      writeFileSync('/proc/sys/user/max_user_namespaces', '0');
      const readText = (path) => { try { return readFileSync(path, 'utf8'); } catch {} };
      console.log(JSON.stringify(probeNamespaces({ uid: 1, readText }).find(({ what }) => what.startsWith('user namespaces'))));`;
    const { stdout, stderr } = await run('unshare', [
      '--user',
      '--map-root-user',
      process.execPath,
      '--input-type=module',
      '--eval',
      script,
    ]);
    expect(stderr).to.equal('');
    expect(JSON.parse(stdout)).to.deep.equal({
      group: 'namespaces',
      what: 'user namespaces for this user',
      outcome: 'no',
      found: 'the kernel says ENOSPC',
      fix: 'sysctl user.max_user_namespaces=15000',
      essential: true,
    });
  });

  describe('of ids', () => {
    const files = { '/etc/subuid': 'ann:100000:65536\n', '/etc/subgid': 'ann:100000:65536\n' };

    it('says yes where helpers and ranges are', () => {
      expect(probe('more than one id', { files })?.outcome).to.equal('yes');
      expect(probe('more than one id', { files, uid: 1000, userName: 'ann' })?.outcome).to.equal('yes');
    });

    it('says what is missing', () => {
      expect(probe('more than one id', { files, systemProgram: () => undefined })?.fix).to.include('uidmap');
      expect(probe('more than one id', {})?.found).to.include('nobody has ids');
      expect(probe('more than one id', { files, uid: 1001, userName: 'bob' })).to.include({
        outcome: 'no',
        fix: 'as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 bob',
      });
      expect(probe('more than one id', { files: { ...files, '/etc/subgid': 'ann:x:1' }, uid: 1000, userName: 'ann' })?.found).to.include(
        '/etc/subgid',
      );
    });
  });
});
