import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ACCESS, ANY, covers, describeDevices, overlaps, parseDeviceRules } from '../../src/devices/rule.js';

const at = '/linux/resources/devices';

describe('parseDeviceRules', () => {
  it('takes -1 and what is left out for all', () => {
    const [first, second] = parseDeviceRules(
      [
        { allow: true, type: 'c', major: -1, minor: 3, access: 'rw' },
        { allow: true, type: 'b', access: 'm' },
      ],
      at,
    );
    expect(first).to.deep.equal({
      allow: true,
      devices: { type: 'c', major: ANY, minor: 3 },
      access: ACCESS.READ | ACCESS.WRITE,
      pointer: `${at}/0`,
    });
    expect(second?.devices).to.deep.equal({ type: 'b', major: ANY, minor: ANY });
  });

  it('takes a for everything', () => {
    for (const type of ['a', undefined]) {
      const [rule] = parseDeviceRules([{ allow: true, type, access: 'rwm' }], at);
      expect(rule).to.deep.equal({ allow: true, devices: undefined, access: ACCESS.ALL, pointer: `${at}/0` });
    }
  });

  it('allows no more of a than is asked, and denies all of it', () => {
    const allowed = parseDeviceRules([{ allow: true, type: 'a', major: 1, minor: 3, access: 'r' }], at);
    expect(allowed.map(({ devices, access }) => devices && describeDevices(devices, access))).to.deep.equal(['c 1:3 r', 'b 1:3 r']);
    const [denied, ...none] = parseDeviceRules([{ allow: false, type: 'a', major: 1, minor: 3, access: 'r' }], at);
    expect(denied).to.include({ devices: undefined, access: ACCESS.ALL });
    expect(none).to.deep.equal([]);
  });

  it('names every issue', () => {
    const rules = [
      { allow: true, type: 'p', access: 'r' },
      { allow: true, type: 'c', major: -2, minor: 0.5, access: 'rx' },
      { allow: true, type: 'c', major: 4294967295, minor: 1 },
    ];
    const issues = issuesOf(() => parseDeviceRules(rules, at));
    expect(issues).to.deep.equal([`${at}/0/type`, `${at}/1/major`, `${at}/1/minor`, `${at}/1/access`, `${at}/2/major`, `${at}/2/access`]);
  });

  it("takes no number for the kernel's own sign of any", () => {
    // 2^32 - 1 written to devices.allow would be a wildcard.
    expect(issuesOf(() => parseDeviceRules([{ allow: true, type: 'c', major: 1, minor: 2 ** 32 - 1, access: 'r' }], at))).to.have.length(1);
    expect(parseDeviceRules([{ allow: true, type: 'c', major: 1, minor: 2 ** 32 - 2, access: 'r' }], at)).to.have.length(1);
  });
});

describe('sets of devices', () => {
  const set = (type: 'b' | 'c', major: number, minor: number): Parameters<typeof covers>[0] => ({ type, major, minor });

  it('cover and overlap', () => {
    expect(covers(set('c', ANY, ANY), set('c', 1, 3))).to.equal(true);
    expect(covers(set('c', 1, ANY), set('c', 1, 3))).to.equal(true);
    expect(covers(set('c', 1, 3), set('c', 1, ANY))).to.equal(false);
    expect(covers(set('c', 1, ANY), set('c', ANY, 3))).to.equal(false);
    expect(covers(set('b', ANY, ANY), set('c', 1, 3))).to.equal(false);
    expect(overlaps(set('c', 1, ANY), set('c', ANY, 3))).to.equal(true);
    expect(overlaps(set('c', 1, ANY), set('c', 2, ANY))).to.equal(false);
    expect(overlaps(set('c', 1, 3), set('b', 1, 3))).to.equal(false);
  });
});

function issuesOf(body: () => unknown): string[] {
  try {
    body();
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map(({ pointer }) => pointer);
    throw error;
  }
  return [];
}
