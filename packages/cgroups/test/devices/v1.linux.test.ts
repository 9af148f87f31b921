import { SpecError } from '@standpipe/errors';
import { leaveNothing, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { planDeviceRules } from '../../src/devices/plan.js';
import { type LinuxDeviceCgroup, parseDeviceRules } from '../../src/devices/rule.js';
import { tableOf, verdict } from '../../src/devices/table.js';
import { Prober } from './prober.js';
import { allUses, randomOf, randomRules } from './random.js';

const hierarchy = '/sys/fs/cgroup/devices';

describe('device rules on cgroup v1', () => {
  leaveNothing();

  it('are what the kernel then holds a process to', async function () {
    needsRoot(this);
    if (!existsSync(join(hierarchy, 'devices.list'))) skip(this, `no devices hierarchy at ${hierarchy}`);
    this.timeout(60_000);
    const uses = allUses.filter(({ access }) => access !== 0);
    const cgroup = join(hierarchy, `standpipe-devices-${process.pid}`);
    mkdirSync(cgroup);
    try {
      await using prober = new Prober(uses);
      await prober.enter(cgroup);
      const pick = randomOf(5);
      let tables = 0;
      for (let round = 0; round < 600; round++) {
        const rules = randomRules(pick);
        if (!applied(cgroup, rules)) continue;
        const table = tableOf(parseDeviceRules(rules, ''));
        const found = await prober.verdicts(uses);
        expect(
          uses.filter((use, index) => found[index] !== verdict(table, use)),
          JSON.stringify(rules),
        ).to.deep.equal([]);
        tables++;
      }
      expect(tables).to.be.greaterThan(150);
    } finally {
      rmdirSync(cgroup);
    }
  });
});

function applied(cgroup: string, rules: readonly LinuxDeviceCgroup[]): boolean {
  try {
    const present = readFileSync(join(cgroup, 'devices.list'), 'utf8');
    for (const { file, value } of planDeviceRules(rules, 1, { present }).writes) writeFileSync(join(cgroup, file), value);
    return true;
  } catch (error) {
    if (SpecError.is(error)) return false;
    throw error;
  }
}
