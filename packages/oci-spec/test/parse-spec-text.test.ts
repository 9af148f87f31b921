import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { MAX_TEXT, parseSpecText } from '../src/parse-spec-text.js';
import { full, jsonText } from './documents.js';

describe('parseSpecText', () => {
  it('is exact with and without wide numbers', () => {
    expect(parseSpecText(jsonText(full()))).to.deep.equal(full());
    expect(parseSpecText('{"limit": 1024}')).to.deep.equal({ limit: 1024 });
    expect(parseSpecText('{"limit": 9007199254740993, "id": "1234567890123456"}')).to.deep.equal({
      limit: 9007199254740993n,
      id: '1234567890123456',
    });
  });

  it('names the line of a fault, whichever parser met it', () => {
    expect(() => parseSpecText('{\n"a": 1,\n}')).to.throw(SpecError, 'line 2, column 7');
    expect(() => parseSpecText('{\n"a": 18446744073709551615,\n}')).to.throw(SpecError, 'line 2, column 26');
  });

  it('refuses a text beyond its bound unread', () => {
    const text = ' '.repeat(MAX_TEXT - 2);
    expect(parseSpecText(`${text}{}`)).to.deep.equal({});
    expect(() => parseSpecText(`${text}{} `))
      .to.throw(SpecError, 'too large')
      .with.property('code', 'SPEC_TOO_LARGE');
  });
});
