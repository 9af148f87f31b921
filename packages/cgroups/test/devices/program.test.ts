import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planDeviceRules } from '../../src/devices/plan.js';
import type { DeviceProgram } from '../../src/devices/program.js';
import { type LinuxDeviceCgroup, parseDeviceRules } from '../../src/devices/rule.js';
import { type DeviceUse, tableOf, verdict } from '../../src/devices/table.js';
import { interpret } from './interpreter.js';
import { allUses, randomOf, randomRules } from './random.js';

const at = '/linux/resources/devices';

function answer({ instructions }: DeviceProgram, { type, ...use }: DeviceUse): boolean {
  return interpret(instructions, { ...use, type: type === 'c' ? 2 : 1 }) === 1;
}

describe('planDeviceRules, on v2', () => {
  it('makes a program that answers at once where there is nothing to look at', () => {
    const none = planDeviceRules([], 2);
    expect(Buffer.from(none.instructions).toString('hex')).to.equal('b7000000000000009500000000000000');
    expect(none).to.include({ allowsAll: false, pointer: at });
    const all = planDeviceRules([{ allow: true, access: 'rwm' }], 2);
    expect(Buffer.from(all.instructions).toString('hex')).to.equal('b7000000010000009500000000000000');
    expect(all.allowsAll).to.equal(true);
  });

  it('answers as v1 would, whatever the rules', () => {
    const pick = randomOf(3);
    let programs = 0;
    for (let round = 0; round < 2000; round++) {
      const rules = randomRules(pick);
      const program = programIfAny(rules);
      if (program === undefined) continue;
      const table = tableOf(parseDeviceRules(rules, at));
      for (const use of allUses) {
        if (answer(program, use) !== verdict(table, use)) throw new Error(`${JSON.stringify(rules)}: ${JSON.stringify(use)}`);
      }
      programs++;
    }
    expect(programs).to.be.greaterThan(700);
  });

  it('has no instruction that is never reached: the verifier would refuse it', () => {
    const pick = randomOf(4);
    for (let round = 0; round < 3000; round++) {
      const rules = randomRules(pick);
      const program = programIfAny(rules);
      if (program === undefined) continue;
      expect([...unreached(program.instructions)], JSON.stringify(rules)).to.deep.equal([]);
    }
  });

  it('lets numbers that no device has match none', () => {
    const program = planDeviceRules([{ allow: true, type: 'c', major: 2 ** 32 - 2, minor: 2 ** 31, access: 'rwm' }], 2);
    expect(answer(program, { type: 'c', major: 2 ** 32 - 2, minor: 2 ** 31, access: 1 })).to.equal(false);
    const edge = planDeviceRules([{ allow: true, type: 'c', major: 0xfff, minor: 0xfffff, access: 'rwm' }], 2);
    expect(answer(edge, { type: 'c', major: 0xfff, minor: 0xfffff, access: 7 })).to.equal(true);
    expect(answer(edge, { type: 'b', major: 0xfff, minor: 0xfffff, access: 7 })).to.equal(false);
  });

  it('has room for thousands of devices', () => {
    const rules = Array.from({ length: 3000 }, (_, minor) => ({ allow: true, type: 'c', major: 10, minor, access: 'rw' }));
    const program = planDeviceRules(rules, 2);
    expect(answer(program, { type: 'c', major: 10, minor: 2999, access: 2 })).to.equal(true);
    expect(answer(program, { type: 'c', major: 10, minor: 3000, access: 2 })).to.equal(false);
  });
});

/** What no path leads to, be a jump taken or not. */
function unreached(bytes: Uint8Array): Set<number> {
  const view = new DataView(bytes.buffer);
  const left = new Set(Array.from({ length: bytes.byteLength / 8 }, (_, index) => index));
  const paths = [0];
  for (let index = paths.pop(); index !== undefined; index = paths.pop()) {
    if (!left.delete(index)) continue;
    const opcode = view.getUint8(index * 8);
    if ([0x05, 0x45, 0x55].includes(opcode)) paths.push(index + 1 + view.getInt16(index * 8 + 2, true));
    if (opcode !== 0x05 && opcode !== 0x95) paths.push(index + 1);
  }
  return left;
}

function programIfAny(rules: readonly LinuxDeviceCgroup[]): DeviceProgram | undefined {
  try {
    return planDeviceRules(rules, 2);
  } catch (error) {
    if (SpecError.is(error)) return undefined;
    throw error;
  }
}
