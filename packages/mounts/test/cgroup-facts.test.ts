import { expect } from 'chai';
import { describe, it } from 'mocha';
import { cgroupHierarchies } from '../src/index.js';
import { cgroupsBelow, isUnified } from '../src/cgroup-facts.js';

const v1 = [
  '31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755',
  '32 31 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd',
  '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '34 31 0:31 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '35 31 0:32 / /sys/fs/cgroup/net_cls,net_prio rw - cgroup cgroup rw,net_cls,net_prio',
  '36 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
].join('\n');
const v2 = '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n';

describe('cgroupHierarchies', () => {
  it('finds the own cgroup of each, in the order of their mounts', () => {
    const cgroup = [
      '9:cpu,cpuacct:/user.slice',
      '4:memory:/docker/abc/inner',
      '2:net_cls,net_prio:/',
      '1:name=systemd:/a:b',
      '0::/unified',
    ].join('\n');
    expect(cgroupHierarchies({ mountinfo: v1, cgroup })).to.deep.equal([
      { name: 'systemd', controllers: ['name=systemd'], path: '/sys/fs/cgroup/systemd/a:b' },
      { name: 'cpu,cpuacct', controllers: ['cpu', 'cpuacct'], path: '/sys/fs/cgroup/cpu,cpuacct/user.slice' },
      { name: 'memory', controllers: ['memory'], path: '/sys/fs/cgroup/memory/inner' },
      { name: 'net_cls,net_prio', controllers: ['net_cls', 'net_prio'], path: '/sys/fs/cgroup/net_cls,net_prio' },
    ]);
  });

  it('stays inside of what is mounted, whatever the cgroup is called', () => {
    expect(
      cgroupHierarchies({ mountinfo: v1, cgroup: '4:memory:/elsewhere\n9:cpu,cpuacct:/../../etc' }).map(({ path }) => path),
    ).to.deep.equal(['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/memory']);
    expect(cgroupHierarchies({ mountinfo: v1, cgroup: '4:memory:/docker/abc/..dots' })[0]?.path).to.equal('/sys/fs/cgroup/memory/..dots');
  });

  it('leaves out what is not mounted, and v2', () => {
    expect(cgroupHierarchies({ mountinfo: v1, cgroup: '5:devices:/x\n0::/y\n' })).to.deep.equal([]);
  });
});

describe('isUnified', () => {
  it('is so with v2 alone, and not with both', () => {
    expect([v2, v1].map((mountinfo) => isUnified({ mountinfo, cgroup: '' }))).to.deep.equal([true, false]);
  });
});

describe('cgroupsBelow', () => {
  it('finds what is mounted below a path, and not beside it', () => {
    const facts = { mountinfo: `${v1}\n${v1}`, cgroup: '' };
    expect(cgroupsBelow('/sys', facts)).to.deep.equal(
      ['systemd', 'cpu,cpuacct', 'memory', 'net_cls,net_prio', 'unified'].map((name) => `fs/cgroup/${name}`),
    );
    expect(cgroupsBelow('/', facts)).to.include('sys/fs/cgroup/memory');
    expect(cgroupsBelow('/sys/fs/cgroup/mem', facts)).to.deep.equal([]);
    expect(cgroupsBelow('/sys/fs/cgroup', { mountinfo: v2, cgroup: '' })).to.deep.equal([]);
  });
});
