import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { annotatedProperties, type UnitProperty } from '../../src/systemd/index.js';

const of = (name: string, value: string): UnitProperty | undefined => annotatedProperties({ [`org.systemd.property.${name}`]: value })[0];

describe('properties that annotations ask for', () => {
  const read: readonly (readonly [value: string, signature: string, expected: unknown])[] = [
    ["'inactive-or-failed'", 's', 'inactive-or-failed'],
    ['"it\'s"', 's', "it's"],
    [String.raw`'a\'b\n\u00e9\\'`, 's', "a'b\né\\"],
    ['true', 'b', true],
    ['false', 'b', false],
    ['5', 'i', 5],
    ['-5', 'i', -5],
    ['0x10', 'i', 16],
    ['1.5', 'd', 1.5],
    ['1e3', 'd', 1000],
    ['uint64 18446744073709551615', 't', 2n ** 64n - 1n],
    ['@t 123456789', 't', 123_456_789n],
    ['int64 -5', 'x', -5n],
    ['byte 255', 'y', 255],
    ['uint16 7', 'q', 7],
    ['double 5', 'd', 5],
    ["objectpath '/a/b'", 'o', '/a/b'],
    ["signature 'a(ss)'", 'g', 'a(ss)'],
    ["['a.service', 'b.service']", 'as', ['a.service', 'b.service']],
    ['["a", ]', 'as', ['a']],
    ['@as []', 'as', []],
    ['[1, uint32 2]', 'au', [1, 2]],
    ['[1, 2.5]', 'ad', [1, 2.5]],
    ["[('/dev/null', 'rw')]", 'a(ss)', [['/dev/null', 'rw']]],
    ["@a(st) [('/dev/sda', 100)]", 'a(st)', [['/dev/sda', 100n]]],
    [
      "{'a': 1, 'b': 2}",
      'a{si}',
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
    [
      "{'a': <1>, 'b': <'x'>}",
      'a{sv}',
      [
        ['a', ['i', 1]],
        ['b', ['s', 'x']],
      ],
    ],
    ["b'ab'", 'ay', [97, 98, 0]],
    ['(1, true)', '(ib)', [1, true]],
    ["  'spaces'  ", 's', 'spaces'],
  ];
  for (const [value, signature, expected] of read) {
    it(`${value} is of the type ${signature}`, () => {
      expect(of('Whatever', value)).to.deep.equal({ name: 'Whatever', signature, value: expected });
    });
  }

  it('say microseconds where they are given seconds', () => {
    expect(of('TimeoutStopSec', '60')).to.deep.equal({ name: 'TimeoutStopUSec', signature: 't', value: 60_000_000n });
    expect(of('TimeoutStopSec', '1.5')).to.deep.equal({ name: 'TimeoutStopUSec', signature: 't', value: 1_500_000n });
    expect(of('TimeoutStopSec', 'uint64 7')).to.deep.equal({ name: 'TimeoutStopUSec', signature: 't', value: 7_000_000n });
    expect(of('TimeoutStopUSec', 'uint64 7')).to.deep.equal({ name: 'TimeoutStopUSec', signature: 't', value: 7n });
    // Not a unit of time.
    expect(of('PrivateSec', '1')?.name).to.equal('PrivateUSec');
    expect(of('XSec', '1')?.name).to.equal('XSec');
  });

  it('are those of their prefix, in the order of the config', () => {
    const annotations = { 'org.systemd.property.Two': '2', other: 'uint64 x', 'org.systemd.property.One': '1' };
    expect(annotatedProperties(annotations).map(({ name }) => name)).to.deep.equal(['Two', 'One']);
    expect(annotatedProperties(undefined)).to.deep.equal([]);
  });

  const refused: readonly (readonly [name: string, value: string, message: RegExp])[] = [
    ['Before', 'a.service', /quotation marks/],
    ['Before', "'a", /quotation marks/],
    ['Before', "'a' 'b'", /can't be understood/],
    ['Before', '', /ends too soon/],
    ['Before', '[', /ends too soon/],
    ['Before', "['a'", /"," is missing|ends too soon/],
    ['Before', '[]', /needs a type/],
    ['Before', "['a', 1]", /not of the type "s"/],
    ['Before', "uint64 'a'", /not of the type "t"/],
    ['Before', 'uint32 -1', /out of range/],
    ['Before', '2147483648', /out of range: say uint64/],
    ['Before', 'byte 256', /out of range/],
    ['Before', 'uint32 1.5', /not of the type/],
    ['Before', '@zz 1', /no type/],
    ['Before', '@( 1', /no type/],
    ['Before', 'nothing', /not of the type/],
    ['Before', '['.repeat(100), /too deep/],
    ['Before', String.raw`'\u0000'`, /NUL/],
    ['TimeoutStopSec', "'60'", /seconds are a number/],
    ['TimeoutStopSec', '-1', /out of range/],
    ['TimeoutStopSec', 'uint64 18446744073709551615', /out of range/],
    ['Ab', '1', /no name/],
    ['A.b', '1', /no name/],
    ['__proto__', '1', /no name/],
    ['Slice', "'evil.slice'", /said by cgroupsPath/],
    ['PIDs', '@au [1]', /said by cgroupsPath/],
    ['Delegate', 'false', /said by cgroupsPath/],
  ];
  for (const [name, value, message] of refused) {
    it(`are refused: ${name}=${value.slice(0, 30)}`, () => {
      let error: unknown;
      try {
        of(name, value);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.include({ code: 'UNIT_PROPERTY_INVALID' });
      expect(SpecError.is(error) && error.issues[0]?.message).to.match(message);
      expect(SpecError.is(error) && error.issues[0]?.pointer).to.equal(`/annotations/org.systemd.property.${name}`);
    });
  }

  it('are refused all at once', () => {
    const annotations = { 'org.systemd.property.One': 'one', 'org.systemd.property.Two': 'two' };
    try {
      annotatedProperties(annotations);
      expect.fail();
    } catch (error) {
      expect(SpecError.is(error) && error.issues).to.have.length(2);
    }
  });
});
