import { PlumbingError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseBytes, parseDuration, parseWhole } from '../src/amounts.js';

function refusal(call: () => unknown): string {
  try {
    return `taken: ${String(call())}`;
  } catch (error) {
    if (PlumbingError.is(error) && error.code === 'USAGE') return error.message;
    throw error;
  }
}

describe('parseBytes', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['1048576', 1048576],
    ['512M', 512 * 2 ** 20],
    ['512m', 512 * 2 ** 20],
    ['512MB', 512 * 2 ** 20],
    ['512MiB', 512 * 2 ** 20],
    ['64 k', 65536],
    ['1.5g', 1.5 * 2 ** 30],
    ['2T', 2 ** 41],
    ['100b', 100],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(parseBytes('memory', text)).to.equal(bytes);
    });
  }

  for (const text of ['', 'M', '-5M', '1..5g', '5x', '5 M B', '0x10', '1e9', ' 5']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(refusal(() => parseBytes('memory', text))).to.equal(`--memory takes a number of bytes, such as 512M, not "${text}"`);
    });
  }
});

describe('parseWhole', () => {
  it('reads numbers of 64 bits to the last digit', () => {
    expect(parseWhole('cpu-quota', '-1')).to.equal(-1);
    expect(parseWhole('cpu-share', '+1024')).to.equal(1024);
    expect(parseWhole('cpu-share', '18446744073709551615')).to.equal(2n ** 64n - 1n);
  });

  it('refuses everything else', () => {
    for (const text of ['', '1.5', '1k', 'many', '0x10', '--1', '111111111111111111111']) {
      expect(
        refusal(() => parseWhole('cpu-quota', text)),
        text,
      ).to.equal(`--cpu-quota takes a whole number, not "${text}"`);
    }
  });
});

describe('parseDuration', () => {
  it('reads what Go writes', () => {
    for (const [text, ms] of [
      ['5s', 5000],
      ['500ms', 500],
      ['1m30s', 90_000],
      ['1.5h', 5_400_000],
      ['2500us', 3],
      ['1ns', 1],
      ['3', 3000],
      ['0.5', 500],
    ] as const) {
      expect(parseDuration('interval', text), text).to.equal(ms);
    }
  });

  it('refuses everything else', () => {
    for (const text of ['', '0', '0s', '-5s', '5 s', '5sec', 's', '5s5', '1000h', 'ever']) {
      expect(
        refusal(() => parseDuration('interval', text)),
        text,
      ).to.match(/^--interval takes a time above zero/);
    }
  });
});
