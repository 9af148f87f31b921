import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectNewMountNamespace, isMappedNamespace, mountNamespacesOf } from '../src/index.js';

describe('mountNamespacesOf', () => {
  it('counts a user or cgroup namespace that is joined, but only a new network', () => {
    const joined = ['user', 'network', 'cgroup'].map((type) => ({ type, path: `/ns/${type}` }));
    expect(mountNamespacesOf(joined)).to.deep.equal({ user: true, network: false, cgroup: true });
    expect(mountNamespacesOf(joined.map(({ type }) => ({ type })))).to.deep.equal({ user: true, network: true, cgroup: true });
    expect(mountNamespacesOf([])).to.deep.equal({ user: false, network: false, cgroup: false });
    expect(mountNamespacesOf([], true)).to.deep.equal({ user: true, network: false, cgroup: false });
  });
});

describe('isMappedNamespace', () => {
  it("tells the machine's first user namespace from others", () => {
    expect(isMappedNamespace('         0          0 4294967295\n')).to.equal(false);
    expect(isMappedNamespace('         0       1000          1\n')).to.equal(true);
    expect(isMappedNamespace('0 0 4294967294\n')).to.equal(true);
  });
});

describe('expectNewMountNamespace', () => {
  it('refuses to work on mounts that others have', () => {
    expect(() => expectNewMountNamespace([{ type: 'mount' }])).not.to.throw();
    expect(() => expectNewMountNamespace([{ type: 'pid' }])).to.throw('needs a new mount namespace');
    expect(() => expectNewMountNamespace([{ type: 'mount', path: '/proc/1/ns/mnt' }])).to.throw('needs a new mount namespace');
  });
});
