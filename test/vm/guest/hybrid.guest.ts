import { createCgroup, planResources, readCgroupLayout } from '@standpipe/cgroups';
import { run } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { freshCgroup, settingsOf } from '../../conformance/cgroup-tree.js';

const mountPoint = '/run/net';

describe('on a machine with both versions', () => {
  before(async () => {
    const script = `mkdir ${mountPoint} && mount -t cgroup -o net_cls,net_prio cgroup ${mountPoint}`;
    const { code, stderr } = await run('/bin/sh', ['-c', script]);
    expect(code, stderr).to.equal(0);
  });
  after(async () => {
    await run('/bin/sh', ['-c', `umount ${mountPoint} && rmdir ${mountPoint}`]);
  });

  it('each controller is set where it is', async () => {
    const layout = readCgroupLayout();
    const { writes } = planResources(
      {
        memory: { limit: 2 ** 25 },
        network: { classID: 0x10_0001, priorities: [{ name: 'lo', priority: 5 }] },
        unified: { 'pids.max': '9' },
      },
      layout,
    );
    await using cgroup = createCgroup(freshCgroup(), { layout });
    cgroup.apply(writes);
    const settings = settingsOf(cgroup);
    expect(settings['net_prio.ifpriomap']?.split('\n')).to.include('lo 5');
    expect(['memory.max', 'net_cls.classid', 'pids.max'].map((file) => settings[file])).to.deep.equal(['33554432', '1048577', '9']);
  });
});
