import { findProgram, run, skip } from '@standpipe/test-support';
import type { Features } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { standpipe } from '../end-to-end/standpipe.js';

// `acl` and `noacl` are options of filesystems, and reach them as such; newer versions of runc have taken them off their list.
const notOurs: readonly string[] = ['acl', 'noacl'];

/** What of a peer's lists is missing in ours. */
function missing(theirs: readonly string[] | undefined, ours: readonly string[] | undefined): string[] {
  return (theirs ?? []).filter((word) => ours?.includes(word) !== true && !notOurs.includes(word));
}

describe('features', () => {
  for (const name of ['runc', 'crun']) {
    it(`has what ${name} has, where our plugins answer the same questions`, async function () {
      const path = findProgram(name);
      if (path === undefined) skip(this, `needs ${name}`);
      const theirs = await run(path, ['features']);
      if (theirs.code !== 0) skip(this, `this ${name} has no features document`);
      const peer = JSON.parse(theirs.stdout) as Features;
      const own = JSON.parse((await standpipe(['features'])).stdout) as Features;
      expect(own.ociVersionMin).to.equal(peer.ociVersionMin);
      expect(missing(peer.mountOptions, own.mountOptions)).to.deep.equal([]);
      expect(missing(peer.linux?.namespaces, own.linux?.namespaces)).to.deep.equal([]);
      expect(missing(peer.linux?.capabilities, own.linux?.capabilities)).to.deep.equal([]);
      expect(own.linux?.cgroup).to.include({ v1: true, v2: true });
      // What is there by a plugin's name is there with all its words.
      if (own.hooks?.length !== 0) expect(missing(peer.hooks, own.hooks)).to.deep.equal([]);
      if (own.linux?.seccomp?.enabled === true) {
        for (const list of ['actions', 'operators', 'archs', 'knownFlags'] as const) {
          expect(missing(peer.linux?.seccomp?.[list], own.linux.seccomp[list]), list).to.deep.equal([]);
        }
      }
    });
  }

  it('prints JSON that ends with a line, and nothing else', async () => {
    const { stdout, stderr, code } = await standpipe(['features']);
    expect({ stderr, code }).to.deep.equal({ stderr: '', code: 0 });
    expect(stdout).to.match(/^\{\n {2}"ociVersionMin": "1\.0\.0",\n[^]*\n\}\n$/);
  });

  it('loses what a plugin brought when the assembly has it no more', async () => {
    const own = JSON.parse((await standpipe(['--assembly', 'sandbox', 'features'])).stdout) as Features;
    expect(own.linux?.cgroup).to.include({ v1: false, v2: false });
    expect(own.mountOptions).to.include('rbind');
  });
});
