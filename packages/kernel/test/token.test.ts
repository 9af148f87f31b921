import { expect } from 'chai';
import { describe, it } from 'mocha';
import { extensionPoint, service, slot } from '../src/index.js';
import { isDependency } from '../src/token.js';

describe('tokens', () => {
  it('are equal by key when they are of one kind and id', () => {
    expect(service('a.b').key).to.equal(service('a.b').key);
    expect(service('a.b').key).not.to.equal(service('a.c').key);
    expect(new Set([service('x').key, extensionPoint('x').key, slot('x').key]).size).to.equal(3);
  });

  it('are told from other values', () => {
    expect([service('x'), extensionPoint('x')].every(isDependency)).to.equal(true);
    expect([slot('x'), undefined, null, 'x', {}, { kind: 'service' }].some(isDependency)).to.equal(false);
  });
});
