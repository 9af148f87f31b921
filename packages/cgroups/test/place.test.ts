import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CgroupLayout, detectCgroups, placeCgroup, procCgroupOf } from '../src/index.js';
import { bound, hybrid, legacy, type Machine, unified } from './fixtures/machines.js';

const layoutOf = ({ mountinfo, selfCgroup }: Machine): CgroupLayout => detectCgroups({ mountinfo, selfCgroup, read: () => undefined });
const place = (machine: Machine, cgroupsPath?: string): string[] =>
  placeCgroup(layoutOf(machine), { id: 'web', cgroupsPath }).map(({ directory }) => directory);

describe("where a container's cgroup lies", () => {
  it('below the mount point, when its path is absolute', () => {
    expect(place(unified, '/pods/web')).to.deep.equal(['/sys/fs/cgroup/pods/web']);
    expect(place(hybrid, '//pods/./web/')).to.deep.equal(
      ['unified', 'systemd', 'memory', 'cpu,cpuacct'].map((name) => `/sys/fs/cgroup/${name}/pods/web`),
    );
    expect(place(bound, '/web')[0]).to.equal('/sys/fs/cgroup/memory/web');
  });

  it('below the own cgroup on v1, when it is relative or there is none', () => {
    for (const path of [undefined, '', 'web']) {
      expect(place(legacy, path)).to.include('/sys/fs/cgroup/memory/user.slice/web').and.to.include('/sys/fs/cgroup/cpuset/web');
    }
    expect(place(legacy, 'a/b')).to.include('/sys/fs/cgroup/pids/user.slice/a/b');
  });

  it('beside the own cgroup on v2, which has processes', () => {
    expect(place(unified)).to.deep.equal(['/sys/fs/cgroup/user.slice/user-1000.slice/web']);
    expect(place({ ...unified, selfCgroup: '0::/\n' }, 'a/b')).to.deep.equal(['/sys/fs/cgroup/a/b']);
  });

  for (const [path, message] of [
    ['/', /names no cgroup of its own/],
    ['.', /names no cgroup of its own/],
    ['/pods/../..', /".."/],
    ['..', /".."/],
    ['a/../b', /".."/],
    ['/a\0b', /NUL/],
    ['/a\nb', /line break/],
    [`/${'n'.repeat(256)}`, /more than 255 bytes/],
    ['/é'.repeat(2000), /too long/],
    ['system.slice:docker:0a1b', /takes systemd's cgroup manager/],
    [':docker:0a1b', /takes systemd's cgroup manager/],
  ] as const) {
    it(`nowhere, when it is ${JSON.stringify(path.slice(0, 30))}`, () => {
      expect(() => place(unified, path))
        .to.throw()
        .that.has.property('code', 'CGROUPS_PATH_INVALID');
      try {
        place(unified, path);
      } catch (error) {
        const { issues } = error as { issues: { pointer: string; message: string }[] };
        expect(issues[0]?.pointer).to.equal('/linux/cgroupsPath');
        expect(issues[0]?.message).to.match(message);
      }
    });
  }

  it('is what /proc/PID/cgroup will say', () => {
    const of = (machine: Machine, path: string): string =>
      procCgroupOf(placeCgroup(layoutOf(machine), { id: 'web', cgroupsPath: path }), machine);
    expect(of(unified, '/pods/web')).to.equal('0::/pods/web\n');
    // What is mounted nowhere is not entered.
    expect(of(legacy, '/x').split('\n')).to.include.members(['3:cpuacct,cpu:/x', '2:hugetlb:/', '1:name=systemd:/x']);
    expect(of(bound, '/x'), 'of a part of the hierarchy that is mounted').to.equal('2:pids:/x\n1:memory:/docker/0a1b/x\n');
  });
});
