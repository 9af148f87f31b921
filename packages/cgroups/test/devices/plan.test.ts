import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type DeviceRulesSettings, planDeviceRules } from '../../src/devices/plan.js';
import type { LinuxDeviceCgroup } from '../../src/devices/rule.js';

const at = '/linux/resources/devices';
const defaults = [
  'b *:* m',
  'c *:* m',
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 1:8 rwm',
  'c 1:9 rwm',
  'c 5:0 rwm',
  'c 5:2 rwm',
  'c 10:200 rwm',
  'c 136:* rwm',
];

describe("a container's rules", () => {
  const allowed = (rules: readonly LinuxDeviceCgroup[], settings?: DeviceRulesSettings): string[] =>
    planDeviceRules(rules, 1, settings)
      .writes.filter(({ file }) => file === 'devices.allow')
      .map(({ value }) => value);

  it('end with what every container may use', () => {
    expect(allowed([], { container: {} })).to.deep.equal(defaults);
    expect(allowed([{ allow: false, access: 'rwm' }], { container: {} })).to.deep.equal(defaults);
    expect(allowed([])).to.deep.equal([]);
  });

  it('leave a default node that is declared to the config', () => {
    const container = { devices: [{ path: '/dev/null' }, { path: '/dev/kvm' }] };
    expect(allowed([], { container })).to.deep.equal(defaults.filter((text) => text !== 'c 1:3 rwm'));
  });

  it('point to where they come from', () => {
    const rule = { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' };
    const { writes } = planDeviceRules([rule], 1, { container: {}, pointer: '/devices' });
    expect(writes.find(({ value }) => value === 'c 10:229 rw')?.pointer).to.equal('/devices/0');
    expect(writes.find(({ value }) => value === 'c 1:3 rwm')?.pointer).to.equal('/devices');
    expect(planDeviceRules([rule], 2).pointer).to.equal(at);
  });

  it('keep a container that may use everything so', () => {
    const { allowsAll } = planDeviceRules([{ allow: true, access: 'rwm' }], 2, { container: {} });
    expect(allowsAll).to.equal(true);
  });
});
