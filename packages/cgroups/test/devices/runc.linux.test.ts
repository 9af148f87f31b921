import { bundle, leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { planDeviceRules } from '../../src/devices/plan.js';
import type { LinuxDeviceCgroup } from '../../src/devices/rule.js';
import { parseDeviceList } from '../../src/devices/v1.js';
import { V1Kernel } from './v1-kernel.js';

const hierarchy = '/sys/fs/cgroup/devices';

const rule = (allow: boolean, type: string, major?: number, minor?: number, access = 'rwm'): LinuxDeviceCgroup => ({
  allow,
  type,
  access,
  ...(major === undefined ? {} : { major }),
  ...(minor === undefined ? {} : { minor }),
});

describe('device rules and runc', () => {
  leaveNothing();

  const cases: readonly (readonly [
    what: string,
    rules: LinuxDeviceCgroup[],
    devices?: { path: string; type: string; major: number; minor: number }[],
  ])[] = [
    ['no rules', []],
    ["Docker's", [rule(false, 'a'), rule(true, 'c', 10, 229, 'rw'), rule(true, 'b', 8, undefined, 'r')]],
    ['all', [rule(true, 'a')]],
    ['some taken back', [rule(true, 'c', 10, 229), rule(true, 'b', 7, 3), rule(false, 'c', 10, 229, 'w'), rule(false, 'b', 7, 3)]],
    ['-1 for all', [rule(true, 'c', -1, 5, 'r'), rule(true, 'b', 7, -1, 'w')]],
    ['everything taken back at last', [rule(true, 'c', 10, 229), rule(false, 'a')]],
    ['a default node of its own', [], [{ path: '/dev/zero', type: 'c', major: 1, minor: 5 }]],
  ];
  for (const [what, rules, devices = []] of cases) {
    it(`come to the same devices.list: ${what}`, async function () {
      needsRoot(this);
      const runc = needs(this, 'runc');
      needs(this, 'busybox');
      if (!existsSync(join(hierarchy, 'devices.list'))) skip(this, `no devices hierarchy at ${hierarchy}`);
      this.timeout(20_000);
      const id = `standpipe-devices-${process.pid}`;
      using made = bundle({
        ociVersion: '1.0.2',
        process: { args: ['/bin/true'], cwd: '/', user: { uid: 0, gid: 0 } },
        root: { path: 'rootfs' },
        mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
        linux: { cgroupsPath: `/${id}`, namespaces: [{ type: 'mount' }, { type: 'pid' }], resources: { devices: rules }, devices },
      });
      const log = join(made.path, 'log');
      // The container keeps the streams that it is created with.
      const { status } = spawnSync(runc, ['--log', log, 'create', '--bundle', made.path, id], { stdio: 'ignore' });
      try {
        expect(status, existsSync(log) ? readFileSync(log, 'utf8') : '').to.equal(0);
        const theirs = parseDeviceList(readFileSync(join(hierarchy, id, 'devices.list'), 'utf8'));
        const kernel = new V1Kernel();
        for (const { file, value } of planDeviceRules(rules, 1, { container: { devices } }).writes) kernel.write(file, value);
        const ours = parseDeviceList(kernel.list);
        const shown = ({ allow, exceptions }: typeof ours): unknown => [
          allow,
          [...exceptions].map(([key, { access }]) => `${key} ${access}`).toSorted(),
        ];
        expect(shown(ours)).to.deep.equal(shown(theirs));
      } finally {
        await run(runc, ['delete', '--force', id]);
      }
    });
  }
});
