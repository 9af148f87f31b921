import { expect } from 'chai';
import { describe, it } from 'mocha';
import { bar, formatBytes, formatPercent } from '../../src/top/format.js';

describe('formatBytes', () => {
  for (const [bytes, text] of [
    [0, '0B'],
    [1023, '1023B'],
    [1024, '1.0K'],
    [1536, '1.5K'],
    [10 * 1024, '10K'],
    [1023.6 * 1024, '1.0M'],
    [64 * 2 ** 20, '64M'],
    [3.8 * 2 ** 30, '3.8G'],
    [2 ** 70, '1024E'],
  ] as const) {
    it(`writes ${String(bytes)} as ${text}`, () => {
      expect(formatBytes(bytes)).to.equal(text);
    });
  }
});

describe('formatPercent', () => {
  it('keeps a digit below a hundred', () => {
    expect([0, 0.04, 12.34, 99.94, 99.96, 153.4].map(formatPercent)).to.deep.equal(['0.0', '0.0', '12.3', '99.9', '100', '153']);
  });
});

describe('bar', () => {
  it('fills by eighths of a character', () => {
    expect([0, 0.001, 0.5, 0.55, 1, 7].map((share) => bar(share, 4, 'blocks'))).to.deep.equal([
      '    ',
      '▏   ',
      '██  ',
      '██▎ ',
      '████',
      '████',
    ]);
  });

  it('does without them where the terminal has none', () => {
    expect([0, 0.001, 0.5, 1, -1].map((share) => bar(share, 4, 'ascii'))).to.deep.equal(['....', '#...', '##..', '####', '....']);
  });
});
