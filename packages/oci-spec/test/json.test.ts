import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseJson } from '../src/json.js';
import { engineLike, full, jsonText } from './documents.js';
import { randomFrom } from './random.js';

describe('parseJson', () => {
  it('keeps integers exact, as bigints where a number would round', () => {
    const cases: [string, unknown][] = [
      ['9007199254740991', 9007199254740991],
      ['9007199254740992', 9007199254740992n],
      ['9007199254740993', 9007199254740993n],
      ['-9007199254740993', -9007199254740993n],
      ['9223372036854775807', 9223372036854775807n],
      ['-9223372036854775808', -9223372036854775808n],
      ['18446744073709551615', 18446744073709551615n],
      ['-1', -1],
      ['-0', -0],
      ['1e3', 1000],
      ['1.5', 1.5],
      ['9223372036854775807.0', 2 ** 63],
      // No field takes these; a bigint of a megabyte would take its time.
      ['1' + '0'.repeat(30), 1e30],
      ['1' + '0'.repeat(400), Infinity],
    ];
    for (const [text, value] of cases) expect(parseJson(` [ ${text}\n]\t`), text).to.deep.equal([value]);
  });

  it('parses what JSON.parse parses, to the same value, and refuses what it refuses', () => {
    const random = randomFrom(1);
    const texts = [
      jsonText(full()),
      jsonText(engineLike()),
      '[[],{},"",0,-0,1E+2,true,false,null,{"__proto__":{"a":1},"a":[{}],"":0,"a":2}]',
      '"\\ud83d\\ude00\\u0000\\"\\\\\\/\\b\\f\\n\\r\\t ü"',
    ].map((text) => text.replaceAll(/\d{16,}/g, '7'));
    const scraps = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '1',
      '-',
      '.',
      'e',
      'null',
      'true',
      ' ',
      '\n',
      '\u0000',
      '\u00A0',
      '\uFEFF',
      'ü',
      '\\u00',
      '//',
      "'",
      '"a":',
      ',]',
    ];
    let valid = 0;
    for (let i = 0; i < 20_000; i++) {
      let text = texts[Math.floor(random() * texts.length)]!;
      const start = Math.floor(random() * text.length);
      if (i % 4 === 0) text = text.slice(start, start + Math.floor(random() * 80));
      for (let edits = Math.floor(random() * 3); edits > 0; edits--) {
        const at = Math.floor(random() * text.length);
        text = text.slice(0, at) + scraps[Math.floor(random() * scraps.length)]! + text.slice(at + Math.floor(random() * 3));
      }
      const [theirs, ours] = [outcome(() => JSON.parse(text) as unknown), outcome(() => parseJson(text))];
      if (theirs.ok) valid++;
      expect(ours, text).to.deep.equal(theirs);
    }
    expect(valid).to.be.greaterThan(2000);
  });

  it('takes any depth', () => {
    const depth = 1_000_000;
    expect(parseJson('['.repeat(depth) + ']'.repeat(depth))).to.be.an('array');
    expect(() => parseJson('{"a":'.repeat(depth))).to.throw(SpecError, 'line 1, column 5000001');
  });

  it('takes long strings with many escapes, and long numbers, in time', () => {
    expect(parseJson(`"${'\\n'.repeat(2_000_000)}"`)).to.have.lengthOf(2_000_000);
    expect(parseJson('9'.repeat(4_000_000))).to.equal(Infinity);
  }).timeout(10_000);

  it('leaves prototypes alone', () => {
    const parsed = parseJson('{"__proto__": {"polluted": 18446744073709551615}, "a": 1, "a": 2}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(parsed)).to.equal(Object.prototype);
    expect(Object.entries(parsed)).to.deep.equal([
      ['__proto__', { polluted: 18446744073709551615n }],
      ['a', 2],
    ]);
    expect((parsed as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  const faults: [text: string, line: number, column: number, pointer: string, message: string, expected: string][] = [
    ['', 1, 1, '', 'the text is empty', 'an object'],
    ['\uFEFF{}', 1, 1, '', 'the text begins with a byte order mark', 'UTF-8 without one'],
    ['{"a":1,}', 1, 7, '/a', 'a comma follows the last entry', 'none there: JSON has commas only between entries'],
    ['[1,\n2,\n]', 2, 2, '/2', 'a comma follows the last entry', 'none there: JSON has commas only between entries'],
    ['{"a":[1,2}', 1, 10, '/a/2', '"}" follows an entry of an array', 'a comma, or ] at the end'],
    ['{"a":1\n "b":2}', 2, 2, '/a', '"\\"" follows an entry of an object', 'a comma, or } at the end'],
    [
      '{"process":{"args":["a\nb"]}}',
      1,
      23,
      '/process/args/0',
      'the line ends within a string',
      'a closing double quote; a line break in a string is written \\n',
    ],
    ['["\t"]', 1, 3, '/0', 'a string contains a control character', '\\u0009 in its place'],
    ['{a:1}', 1, 2, '', '"a" is no name of a field', 'a name in double quotes'],
    ["{'a':1}", 1, 2, '', '"\'" is no name of a field', 'a name in double quotes'],
    ['{"a/b~":01}', 1, 9, '/a~1b~0', '"01" is no value', 'a decimal number without + and leading zeros'],
    ['[+1]', 1, 2, '/0', '"+1" is no value', 'a decimal number without + and leading zeros'],
    ['[.5]', 1, 2, '/0', '".5" is no value', 'a decimal number without + and leading zeros'],
    ['[-]', 1, 2, '/0', '"-" is no value', 'a value; strings are in double quotes'],
    ['[NaN]', 1, 2, '/0', '"NaN" is no value', 'a value; strings are in double quotes'],
    ['{"a":True}', 1, 6, '/a', '"True" is no value', 'a value; strings are in double quotes'],
    ['{"a" 1}', 1, 6, '', '"1" follows the name "a"', 'a colon'],
    ['// x\n{}', 1, 1, '', 'a comment (JSON has none) is no value', 'a value; strings are in double quotes'],
    ['{\n  "a": 1, # x\n}', 2, 11, '', 'a comment (JSON has none) is no name of a field', 'a name in double quotes'],
    ['["\\x"]', 1, 3, '/0', 'a string contains the unknown escape \\x', '\\\\ for a backslash, or one of \\" \\/ \\b \\f \\n \\r \\t \\u'],
    ['["\\u12G4"]', 1, 3, '/0', '\\u is not followed by four hexadecimal digits', 'as in \\u0041'],
    ['{"a":\n{"b":[1,', 2, 9, '/a/b/1', 'the text ends within an array that begins in line 2', 'a closing ]'],
    ['\n{', 2, 2, '', 'the text ends within an object that begins in line 2', 'a closing }'],
    ['{"a":1}x', 1, 8, '', '"x" follows the document', 'nothing behind its end'],
    ['{"a":"xx', 1, 6, '/a', 'the string that begins here has no end', 'a closing double quote'],
    ['["a\\', 1, 4, '/0', 'a string contains the unknown escape \\', '\\\\ for a backslash, or one of \\" \\/ \\b \\f \\n \\r \\t \\u'],
  ];
  for (const [text, line, column, pointer, message, expected] of faults) {
    it(`says where ${JSON.stringify(text)} goes wrong`, () => {
      try {
        parseJson(text);
        expect.fail('parsed');
      } catch (error) {
        if (!SpecError.is(error)) throw error;
        expect(error.code).to.equal('SPEC_NOT_JSON');
        expect(error.details).to.deep.equal({ line, column });
        expect(error.issues).to.deep.equal([{ pointer, message: `line ${String(line)}, column ${String(column)}: ${message}`, expected }]);
      }
    });
  }
});

/** The value, or that there is none; of ours, errors other than SpecError come through. */
function outcome(parse: () => unknown): { ok: boolean; value?: unknown } {
  try {
    return { ok: true, value: parse() };
  } catch (error) {
    if (error instanceof SyntaxError || SpecError.is(error)) return { ok: false };
    throw error;
  }
}
