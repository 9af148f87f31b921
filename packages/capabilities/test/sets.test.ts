import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCapabilitySets } from '../src/index.js';

const KILL = 1n << 5n;
const NET_RAW = 1n << 13n;

describe('parseCapabilitySets', () => {
  it('derives no set from another', () => {
    const { sets, warnings } = parseCapabilitySets({
      bounding: ['CAP_KILL', 'CAP_NET_RAW', 'CAP_KILL'],
      permitted: ['CAP_KILL'],
      effective: ['CAP_KILL'],
    });
    expect(sets).to.deep.equal({ bounding: KILL | NET_RAW, permitted: KILL, effective: KILL, inheritable: 0n, ambient: 0n });
    expect(warnings).to.deep.equal([]);
    expect(parseCapabilitySets({}).sets).to.deep.equal({ bounding: 0n, permitted: 0n, effective: 0n, inheritable: 0n, ambient: 0n });
  });

  it('leaves out what cannot be had, and says why', () => {
    const { sets, warnings } = parseCapabilitySets(
      { bounding: ['CAP_KILL', 'CAP_FLY', 'CAP_CHECKPOINT_RESTORE', 'CAP_NET_RAW'], permitted: ['CAP_NET_RAW'] },
      { lastCap: 39, available: KILL, pointer: '/p' },
    );
    expect(sets).to.deep.include({ bounding: KILL, permitted: 0n });
    expect(warnings).to.deep.equal([
      { pointer: '/p/bounding/1', message: 'CAP_FLY is left out of the bounding set: unknown' },
      { pointer: '/p/bounding/2', message: 'CAP_CHECKPOINT_RESTORE is left out of the bounding set: not in this kernel' },
      { pointer: '/p/bounding/3', message: 'CAP_NET_RAW is left out of the bounding set: not in the bounding set of the caller' },
      { pointer: '/p/permitted/0', message: 'CAP_NET_RAW is left out of the permitted set: not in the bounding set of the caller' },
    ]);
  });

  it('leaves out of the ambient set what is not both permitted and inheritable', () => {
    const { sets, warnings } = parseCapabilitySets({
      bounding: ['CAP_KILL', 'CAP_NET_RAW'],
      permitted: ['CAP_KILL', 'CAP_NET_RAW'],
      inheritable: ['CAP_KILL'],
      ambient: ['CAP_NET_RAW', 'CAP_KILL'],
    });
    expect(sets.ambient).to.equal(KILL);
    expect(warnings).to.deep.equal([
      {
        pointer: '/process/capabilities/ambient',
        message: 'CAP_NET_RAW left out of the ambient set: not both permitted and inheritable',
        minor: true,
      },
    ]);
  });

  const refused: [input: Parameters<typeof parseCapabilitySets>[0], pointer: string, message: string][] = [
    [{ effective: ['CAP_KILL'] }, '/process/capabilities/effective', "the effective set holds what the permitted set doesn't: CAP_KILL"],
    [
      { inheritable: ['CAP_KILL'] },
      '/process/capabilities/inheritable',
      "the inheritable set holds what the bounding set doesn't: CAP_KILL",
    ],
  ];
  for (const [input, pointer, message] of refused) {
    it(`refuses what capset would: ${message}`, () => {
      expect(() => parseCapabilitySets(input))
        .to.throw(SpecError, message)
        .with.nested.property('issues[0].pointer', pointer);
    });
  }
});
