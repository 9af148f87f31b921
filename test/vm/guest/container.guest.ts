import { readFileSync } from 'node:fs';
import { findProgram, bundle, leaveNothing, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { freshCgroup } from '../../conformance/cgroup-tree.js';
import { shell } from '../../end-to-end/specs.js';
import { freshId, standpipe } from '../../end-to-end/standpipe.js';
import { MiB } from './disk.js';

/** What a container tells of the cgroup it is in, and of what happens at its limits. */
const script = `
  cat /proc/self/cgroup
  cd /sys/fs/cgroup
  grep -H . memory.max memory.swap.max memory.low cpu.max cpuset.cpus.effective pids.max io.max hugetlb.2MB.max cgroup.controllers
  grep ' /sys/fs/cgroup ' /proc/self/mountinfo | cut -d' ' -f4-6
  (sleep 0 & sleep 0 & sleep 0 & sleep 0 & sleep 0 & sleep 0 & sleep 0 & wait) >/tmp/forks 2>&1; grep -c fork /tmp/forks
  dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null; echo $?
  rm -f /tmp/kmsg /tmp/full
  mknod /tmp/kmsg c 1 11 && head -c1 /tmp/kmsg; mknod /tmp/full c 1 7 && head -c1 /tmp/full | wc -c
  mkdir below 2>/dev/null || echo read-only
`;

const resources = {
  devices: [{ allow: false, access: 'rwm' }],
  memory: { limit: 32 * MiB, swap: 48 * MiB, reservation: 16 * MiB },
  cpu: { quota: 80_000, period: 100_000, cpus: '0' },
  pids: { limit: 5 },
  hugepageLimits: [{ pageSize: '2MB', limit: 4 * MiB }],
  blockIO: { throttleReadBpsDevice: [{ major: 254, minor: 0, rate: MiB }] },
};

function limitedBundle(namespaces: readonly string[]): ReturnType<typeof bundle> {
  return bundle(
    shell(script, (config) => {
      config.ociVersion = '1.0.2';
      const capabilities = ['CAP_MKNOD', 'CAP_SYSLOG', 'CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE'];
      config.process!.capabilities = { bounding: capabilities, effective: capabilities, permitted: capabilities };
      config.linux!.namespaces!.push(...namespaces.map((type) => ({ type: type as 'cgroup' })));
      Object.assign(config.linux!, { cgroupsPath: freshCgroup(), resources });
    }),
  );
}

const hostMount = (): string => / - cgroup2 .*/.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[0] ?? '';

describe('a container on v2', () => {
  leaveNothing();

  it('is confined as by runc, and sees the same of it', async () => {
    using made = limitedBundle(['cgroup']);
    const theirs = await run(findProgram('runc') ?? 'runc', ['run', '--bundle', made.path, freshId()]);
    const ours = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(theirs.stdout, theirs.stderr).to.include('memory.max:33554432').and.to.include('\n137\n').and.to.include('read-only');
    expect(ours.stdout, ours.stderr).to.equal(theirs.stdout);
    expect(ours.code).to.equal(theirs.code);
  });

  it('leaves the options of the host as they are without a cgroup namespace', async () => {
    const before = hostMount();
    expect(before).to.include('nsdelegate');
    using made = limitedBundle([]);
    const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(stdout, stderr).to.match(/^0::\/standpipe-/);
    expect(hostMount()).to.equal(before);
  });

  it('is made in its cgroup, not moved there', async () => {
    using made = limitedBundle(['cgroup']);
    const { stdout, stderr } = await standpipe(['explain', '--bundle', made.path]);
    expect(stdout, stderr).to.match(/clone3\(.*CLONE_INTO_CGROUP/);
    // That is where it is looked who is still in it, which is all.
    expect(stdout).not.to.match(/"cgroup\.procs", O_(WRONLY|RDWR)/);
  });
});
