import { expect } from 'chai';
import { describe, it } from 'mocha';
import { HostRootConfig } from '../src/config.js';
import { hostRootPlugin } from '../src/index.js';

describe('hostRootPlugin', () => {
  const check = (value: unknown): unknown => HostRootConfig['~standard'].validate(value);

  it('takes sizes as tmpfs does, half of the memory by itself', () => {
    expect(check({})).to.deep.equal({ value: { size: '50%' } });
    for (const size of ['10%', '4096', '512m', '2G']) expect(check({ size })).to.deep.equal({ value: { size } });
  });

  it('refuses other sizes and options, with their place', () => {
    for (const size of ['0', '-1', '1 m', '10%,mode=777', 'm', 7, null])
      expect(check({ size }), String(size)).to.have.nested.property('issues[0].path[0]', 'size');
    expect(check({ sise: '1m' })).to.have.nested.property('issues[0].path[0]', 'sise');
  });

  it('is named as the assembly lists it', () => {
    expect(hostRootPlugin.id).to.equal('host-root');
  });
});
