import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ACCESS, covers, describeDevices, type LinuxDeviceCgroup, parseDeviceRules } from '../../src/devices/rule.js';
import { type DeviceTable, type DeviceUse, tableOf, verdict } from '../../src/devices/table.js';
import { allUses, randomOf, randomRules } from './random.js';

const parse = (rules: readonly LinuxDeviceCgroup[]): ReturnType<typeof parseDeviceRules> => parseDeviceRules(rules, '/devices');

/** A rule as it would be written: `+c 1:3 rwm`, `-a`. */
function rule(text: string): LinuxDeviceCgroup {
  const allow = text.startsWith('+');
  const [type, numbers = '*:*', access = 'rwm'] = text.slice(1).split(' ');
  const [major, minor] = numbers.split(':').map((number) => (number === '*' ? -1 : Number(number)));
  return { allow, type, major, minor, access };
}

function build(...rules: string[]): DeviceTable {
  return tableOf(parse(rules.map(rule)));
}

function shown({ allow, exceptions }: DeviceTable): string[] {
  return [allow ? 'allow' : 'deny', ...[...exceptions.values()].map(({ devices, access }) => describeDevices(devices, access))];
}

describe('tableOf', () => {
  const cases: readonly (readonly [rules: string[], table: string[]])[] = [
    [[], ['deny']],
    [
      ['+c 1:3 r', '+c 1:3 w'],
      ['deny', 'c 1:3 rw'],
    ],
    [
      ['+c 1:3 rwm', '-c 1:3 w'],
      ['deny', 'c 1:3 rm'],
    ],
    [['+c 1:3', '-c 1:3'], ['deny']],
    [['+c 1:3', '-a'], ['deny']],
    [
      ['-c 1:3', '+c 1:3 r'],
      ['deny', 'c 1:3 r'],
    ],
    [
      ['+c 1:*', '+c 1:3'],
      ['deny', 'c 1:* rwm', 'c 1:3 rwm'],
    ],
    [
      ['+c 1:* m', '-c 1:3 rw'],
      ['deny', 'c 1:* m'],
    ],
    [['+a'], ['allow']],
    [
      ['+a', '-c 1:3 w'],
      ['allow', 'c 1:3 w'],
    ],
    [
      ['+a', '-c 1:3 rw', '+c 1:3 r'],
      ['allow', 'c 1:3 w'],
    ],
    [['+a', '-c 1:3', '-a'], ['deny']],
    // runc leaves these two denials out, and so would the kernel.
    [
      ['+c 1:3', '+c 5:0', '-c 1:*'],
      ['deny', 'c 5:0 rwm'],
    ],
    [
      ['+c 1:3 rwm', '+b 1:3 rwm', '-c *:* w'],
      ['deny', 'c 1:3 rm', 'b 1:3 rwm'],
    ],
    // What is denied by name stays denied.
    [
      ['+a', '-c 1:3', '+c *:* m'],
      ['allow', 'c 1:3 rwm'],
    ],
    [
      ['+a', '-c 1:*', '+c *:3'],
      ['allow', 'c 1:* rwm'],
    ],
  ];
  for (const [rules, table] of cases) {
    it(`makes ${table.join(', ')} of ${rules.join(', ') || 'no rules'}`, () => {
      expect(shown(build(...rules))).to.deep.equal(table);
    });
  }

  for (const rules of [
    ['+c 1:*', '-c 1:3'],
    ['+c *:3', '-c 1:3 r'],
    ['+c *:*', '-c 1:* w'],
    ['+c *:3', '-c 1:*'],
    ['+a', '-c 1:*', '+c 1:3'],
    ['+a', '-c *:*', '+c 1:* r'],
  ]) {
    it(`finds a part of a rule taken back in ${rules.join(', ')}`, () => {
      let thrown: unknown;
      try {
        build(...rules);
      } catch (error) {
        thrown = error;
      }
      if (!SpecError.is(thrown)) throw new Error('it does not');
      expect(thrown.issues).to.have.length(1);
      expect(thrown.issues[0]?.pointer).to.equal(`/devices/${rules.length - 1}`);
      expect(thrown.message)
        .to.contain(`/devices/${rules.length - 2} `)
        .and.contain("can't be taken back");
    });
  }

  /** What the specification's words alone make of one kind of access: the last rule about it decides. */
  function literally(rules: readonly LinuxDeviceCgroup[], use: DeviceUse): boolean {
    return parse(rules).reduce(
      (allowed, { allow, devices, access }) =>
        devices === undefined || (covers(devices, use) && (access & use.access) !== 0) ? allow : allowed,
      false,
    );
  }

  it('gives what the last rule says where all is denied at first, and never more elsewhere', () => {
    const pick = randomOf(1);
    let compared = 0;
    for (let round = 0; round < 3000; round++) {
      const rules = randomRules(pick);
      const table = tableIfAny(rules);
      if (table === undefined) continue;
      const single = allUses.filter(({ access }) => access !== 0 && (access & (access - 1)) === 0);
      for (const use of single) {
        const [found, asked] = [verdict(table, use), literally(rules, use)];
        if (found !== asked && (found || !table.allow)) throw new Error(`${JSON.stringify(rules)}: ${JSON.stringify(use)} is ${found}`);
        compared++;
      }
    }
    expect(compared).to.be.greaterThan(50_000);
  });
});

describe('verdict', () => {
  const use = (access: number): DeviceUse => ({ type: 'c', major: 1, minor: 3, access });

  it('needs all of the access in one exception where all is denied', () => {
    const table = build('+c 1:3 r', '+c 1:* w');
    expect(verdict(table, use(ACCESS.READ))).to.equal(true);
    expect(verdict(table, use(ACCESS.WRITE))).to.equal(true);
    expect(verdict(table, use(ACCESS.READ | ACCESS.WRITE))).to.equal(false);
  });

  it('denies for any of the access where all is allowed', () => {
    const table = build('+a', '-c 1:3 w');
    expect(verdict(table, use(ACCESS.READ))).to.equal(true);
    expect(verdict(table, use(ACCESS.READ | ACCESS.WRITE))).to.equal(false);
  });
});

function tableIfAny(rules: readonly LinuxDeviceCgroup[]): DeviceTable | undefined {
  try {
    return tableOf(parse(rules));
  } catch (error) {
    if (SpecError.is(error)) return undefined;
    throw error;
  }
}
