import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compactSpecText, defaultSpec, formatSpecText, parseSpecText, validateSpec } from '../src/index.js';
import { engineLike, full, jsonText } from './documents.js';

describe('formatSpecText', () => {
  it('gives text that parses to the same spec, to the last digit', () => {
    for (const document of [full(), engineLike()]) {
      const { spec } = validateSpec(document);
      expect(validateSpec(parseSpecText(formatSpecText(spec))).spec).to.deep.equal(spec);
    }
    expect(formatSpecText(validateSpec(full()).spec)).to.include('"hard": 18446744073709551615');
  });

  it('is JSON.stringify where that can do it', () => {
    expect(formatSpecText(defaultSpec())).to.equal(`${JSON.stringify(defaultSpec(), null, 2)}\n`);
    const bare = { ...defaultSpec(), hooks: {}, mounts: [], process: undefined };
    expect(formatSpecText(bare)).to.equal(`${JSON.stringify(bare, null, 2)}\n`);
  });

  it('agrees with a second formatter on everything', () => {
    expect(formatSpecText(validateSpec(full()).spec).replaceAll(/\s/g, '').length).to.equal(jsonText(full()).replaceAll(/\s/g, '').length);
  });
});

describe('compactSpecText', () => {
  it('gives text that parses to the same spec, on one line unless a number is too large for that', () => {
    for (const document of [full(), engineLike(), defaultSpec()]) {
      const { spec } = validateSpec(document);
      expect(validateSpec(parseSpecText(compactSpecText(spec))).spec).to.deep.equal(spec);
    }
    expect(compactSpecText(defaultSpec())).to.equal(JSON.stringify(defaultSpec()));
  });
});
