import { expect } from 'chai';
import { describe, it } from 'mocha';
import { detectCgroups } from '../src/index.js';
import { bound, hybrid, legacy, type Machine, unified } from './fixtures/machines.js';

function detect({ mountinfo, selfCgroup, controllers }: Machine): string[] {
  const read = (path: string): string | undefined =>
    Object.entries(controllers).find(([point]) => path === `${point}/cgroup.controllers`)?.[1];
  return detectCgroups({ mountinfo, selfCgroup, read }).hierarchies.map(
    (one) => `v${String(one.version)} ${one.mountPoint} ${one.controllers.join('+')} ${one.own}`,
  );
}

describe('detecting cgroups', () => {
  it('finds the hierarchies of a v1 machine that are mounted, in the order of their mounts', () => {
    expect(detect(legacy)).to.deep.equal([
      'v1 /sys/fs/cgroup/systemd name=systemd /user.slice/user-0.slice/session-3.scope',
      'v1 /sys/fs/cgroup/cpu,cpuacct cpuacct+cpu /user.slice',
      'v1 /sys/fs/cgroup/memory memory /user.slice',
      'v1 /sys/fs/cgroup/net_cls,net_prio net_prio+net_cls /',
      'v1 /sys/fs/cgroup/cpuset cpuset /',
      'v1 /sys/fs/cgroup/pids pids /user.slice',
    ]);
  });

  it('finds the empty v2 hierarchy of a hybrid machine', () => {
    expect(detect(hybrid)).to.deep.equal([
      'v2 /sys/fs/cgroup/unified  /user.slice/user-1000.slice/session-2.scope',
      'v1 /sys/fs/cgroup/systemd name=systemd /user.slice/user-1000.slice/session-2.scope',
      'v1 /sys/fs/cgroup/memory memory /user.slice/user-1000.slice/session-2.scope',
      'v1 /sys/fs/cgroup/cpu,cpuacct cpu+cpuacct /user.slice',
    ]);
  });

  it("finds v2's controllers", () => {
    expect(detect(unified)).to.deep.equal([
      'v2 /sys/fs/cgroup cpuset+cpu+io+memory+hugetlb+pids+rdma+misc /user.slice/user-1000.slice/session-2.scope',
    ]);
  });

  it('tells the own cgroup from the part that is mounted, and takes the mount that shows it', () => {
    expect(detect(bound)).to.deep.equal(['v1 /sys/fs/cgroup/memory memory /inner', 'v1 /host/my cgroups/pids pids /elsewhere']);
  });

  it('takes what is mounted for all there is when the own cgroup lies outside', () => {
    const above = { ...unified, selfCgroup: '0::/../other\n' };
    expect(detect(above)[0]).to.match(/ \/$/);
    expect(detect({ ...bound, mountinfo: bound.mountinfo.replace(/^611.*$/m, '') })[1]).to.equal('v1 /sys/fs/cgroup/pids pids /');
  });

  it('finds nothing where nothing is mounted, and in texts that are none', () => {
    expect(detect({ ...legacy, mountinfo: '' })).to.deep.equal([]);
    expect(detect({ mountinfo: 'what\never - cgroup', selfCgroup: '::\nx\n', controllers: {} })).to.deep.equal([]);
  });
});
