import { PlumbingError, SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planDeviceRules } from '../../src/devices/plan.js';
import { type LinuxDeviceCgroup, parseDeviceRules } from '../../src/devices/rule.js';
import { type DeviceTable, tableOf, verdict } from '../../src/devices/table.js';
import { parseDeviceList, planTransition } from '../../src/devices/v1.js';
import { allUses, randomOf, randomRules } from './random.js';
import { V1Kernel } from './v1-kernel.js';

const at = '/linux/resources/devices';

function written(rules: readonly LinuxDeviceCgroup[], present?: string): string[] {
  return planDeviceRules(rules, 1, { present }).writes.map(({ file, value }) => `${file.replace('devices.', '')} ${value}`);
}

describe('planDeviceRules, on v1', () => {
  it('denies all and then allows', () => {
    const { writes, opensAll } = planDeviceRules([{ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }], 1);
    expect(writes).to.deep.equal([
      { controller: 'devices', version: 1, file: 'devices.deny', value: 'a', pointer: at },
      { controller: 'devices', version: 1, file: 'devices.allow', value: 'c 10:229 rw', pointer: `${at}/0` },
    ]);
    expect(opensAll).to.equal(false);
  });

  it('writes what has changed, and what goes first', () => {
    const rules = [
      { allow: true, type: 'c', major: 1, minor: 3, access: 'rw' },
      { allow: true, type: 'c', major: 5, access: 'rwm' },
    ];
    expect(written(rules, 'c 1:3 rwm\nb *:* m\nc 5:* r\n')).to.deep.equal(['deny b *:* m', 'deny c 1:3 m', 'allow c 5:* wm']);
    expect(written(rules, 'c 1:3 rw\nc 5:* rwm\n')).to.deep.equal([]);
  });

  it('begins afresh where the present state is not known', () => {
    const rules = [{ allow: true, type: 'c', major: 1, minor: 3, access: 'rw' }];
    expect(written(rules, 'a *:* rwm\n')).to.deep.equal(['deny a', 'allow c 1:3 rw']);
    expect(written([{ allow: true, access: 'rwm' }], 'a *:* rwm\n')).to.deep.equal(['allow a']);
  });

  it('says when everything is allowed on the way', () => {
    const rules = [
      { allow: true, access: 'rwm' },
      { allow: false, type: 'c', major: 1, minor: 3, access: 'rwm' },
    ];
    expect(planDeviceRules(rules, 1, { present: '' })).to.deep.include({ opensAll: true });
    expect(written(rules, '')).to.deep.equal(['allow a', 'deny c 1:3 rwm']);
    expect(planDeviceRules(rules.slice(0, 1), 1, { present: '' }).opensAll).to.equal(false);
  });

  it('leads the kernel from any rules to any others, past nothing that neither allows', () => {
    const pick = randomOf(2);
    let led = 0;
    for (let round = 0; round < 5000; round++) {
      const [from, to] = [tableIfAny(randomRules(pick)), tableIfAny(randomRules(pick))];
      if (from === undefined || to === undefined) continue;
      const kernel = new V1Kernel();
      for (const { file, value } of planTransition(undefined, from, at).writes) kernel.write(file, value);
      expectSame(kernel, from);
      const { writes, opensAll } = planTransition(parseDeviceList(kernel.list), to, at);
      for (const { file, value } of writes) {
        kernel.write(file, value);
        const hole = opensAll ? undefined : allUses.find((use) => kernel.allows(use) && !verdict(from, use) && !verdict(to, use));
        if (hole !== undefined) throw new Error(`${JSON.stringify(hole)} is allowed on the way`);
      }
      expectSame(kernel, to);
      led++;
    }
    expect(led).to.be.greaterThan(500);
  });
});

describe('parseDeviceList', () => {
  it('reads what the kernel writes', () => {
    const { allow, exceptions } = parseDeviceList('c 1:3 rwm\nb *:* m\nc 136:* rw\n');
    expect(allow).to.equal(false);
    expect([...exceptions.keys()]).to.deep.equal(['c 1:3', 'b -1:-1', 'c 136:-1']);
    expect(parseDeviceList('a *:* rwm\n')).to.deep.equal({ allow: true, exceptions: new Map() });
    expect(parseDeviceList('')).to.deep.equal({ allow: false, exceptions: new Map() });
  });

  it('takes nothing else', () => {
    for (const line of ['c 1:3', 'p 1:3 r', 'c 1 r', 'c 1:3 x', 'nonsense']) {
      expect(() => parseDeviceList(line))
        .to.throw(PlumbingError)
        .with.property('code', 'CGROUP_DEVICES_UNREADABLE');
    }
  });
});

function expectSame(kernel: V1Kernel, table: DeviceTable): void {
  const different = allUses.find((use) => kernel.allows(use) !== verdict(table, use));
  if (different !== undefined)
    throw new Error(`${JSON.stringify(different)} should be ${String(verdict(table, different))}:\n${kernel.list}`);
}

function tableIfAny(rules: readonly LinuxDeviceCgroup[]): DeviceTable | undefined {
  try {
    return tableOf(parseDeviceRules(rules, at));
  } catch (error) {
    if (SpecError.is(error)) return undefined;
    throw error;
  }
}
