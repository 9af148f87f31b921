import { expect } from 'chai';
import { describe, it } from 'mocha';
import { defaultSpec, validateSpec } from '../src/index.js';

describe('defaultSpec', () => {
  for (const [name, spec] of Object.entries({
    root: defaultSpec(),
    'an ordinary user': defaultSpec({ rootless: { uid: 1000, gid: 100 } }),
  })) {
    it(`is valid for ${name}, without a warning, and keeps nothing back`, () => {
      expect(validateSpec(spec)).to.deep.equal({ spec, warnings: [] });
      expect(JSON.parse(JSON.stringify(spec))).to.deep.equal(spec);
    });
  }

  it("maps the user's own ids, and no others", () => {
    const { linux } = defaultSpec({ rootless: { uid: 1000, gid: 100 } });
    expect([linux?.uidMappings, linux?.gidMappings]).to.deep.equal([
      [{ containerID: 0, hostID: 1000, size: 1 }],
      [{ containerID: 0, hostID: 100, size: 1 }],
    ]);
  });

  it('shares nothing between two calls that a caller could change by accident', () => {
    expect(defaultSpec().mounts).to.not.equal(defaultSpec().mounts);
    expect(defaultSpec().linux).to.not.equal(defaultSpec().linux);
  });
});
