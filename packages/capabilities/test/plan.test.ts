import type { Op } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCapabilitySets, planCapabilities } from '../src/index.js';

function saying(ops: readonly Op[], text: string): string[] {
  return ops.flatMap(({ op, ...rest }) => (op === 'syscall' && 'say' in rest && rest.say?.includes(text) === true ? [rest.say] : []));
}

const all = { bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], effective: ['CAP_KILL'] };

describe('planCapabilities', () => {
  it('drops every capability from the bounding set but those in it', () => {
    const { beforeUser } = planCapabilities(parseCapabilitySets(all).sets);
    const drops = saying(beforeUser, 'from the bounding set');
    expect(drops).to.have.length(41);
    expect(drops).to.include('drop CAP_SYS_ADMIN from the bounding set').and.not.include('drop CAP_KILL from the bounding set');
    expect(drops.at(-1)).to.equal('drop the newest capabilities from the bounding set');
  });

  it('keeps the permitted set across the change of user, unless there is none', () => {
    const { sets } = parseCapabilitySets(all);
    expect(saying(planCapabilities(sets).beforeUser, 'keep')).to.deep.equal(['keep capabilities across the change of user']);
    expect(saying(planCapabilities(sets, { keep: false }).beforeUser, 'keep')).to.deep.equal([]);
  });

  it('tolerates nothing but a capability that the kernel lacks', () => {
    const { beforeUser, afterUser } = planCapabilities(
      parseCapabilitySets({ ...all, inheritable: ['CAP_KILL'], ambient: ['CAP_KILL'] }).sets,
    );
    const tolerated = [...beforeUser, ...afterUser].flatMap((op) =>
      op.op === 'syscall' && op.unless !== undefined ? op.unless.errno : [],
    );
    expect(new Set(tolerated)).to.deep.equal(new Set(['EINVAL']));
    expect(afterUser.every((op) => op.op === 'syscall' && op.unless === undefined)).to.equal(true);
  });

  it('raises each ambient capability after the rest is set', () => {
    const { afterUser } = planCapabilities(parseCapabilitySets({ ...all, inheritable: ['CAP_KILL'], ambient: ['CAP_KILL'] }).sets, {
      pointer: '/c',
    });
    expect(afterUser.map((op) => ('say' in op ? [op.say, op.pointer] : []))).to.deep.equal([
      ['set the capabilities: effective 0x0000000000000020, permitted 0x0000000000000020, inheritable 0x0000000000000020', '/c'],
      ['clear the ambient capabilities', '/c/ambient'],
      ['make CAP_KILL ambient', '/c/ambient'],
    ]);
  });
});
