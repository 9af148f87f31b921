import { expect } from 'chai';
import { describe, it } from 'mocha';
import { jsonPointer } from '../src/json-pointer.js';

describe('jsonPointer', () => {
  it('escapes slashes and tildes', () => {
    expect(jsonPointer([])).to.equal('');
    expect(jsonPointer(['plugins', 'gpu/left', 0, 'a~b'])).to.equal('/plugins/gpu~1left/0/a~0b');
  });
});
