import { expect } from 'chai';
import { describe, it } from 'mocha';
import { OCI_VERSION, validateSpec } from '../src/index.js';
import { minimal } from './documents.js';
import { pointersOf } from './issues.js';

describe('ociVersion', () => {
  it('is 1.3.0 here', () => {
    expect(OCI_VERSION).to.equal('1.3.0');
  });

  for (const version of ['1.0.0', '1.0.2-dev', '1.1.0+dev', '1.2.0-rc.1+build.5', '1.3.0', '1.3.99']) {
    it(`takes ${version} without a word`, () => {
      expect(validateSpec({ ...minimal(), ociVersion: version }).warnings).to.deep.equal([]);
    });
  }

  it('takes a newer minor version, with a warning', () => {
    const { spec, warnings } = validateSpec({ ...minimal(), ociVersion: '1.10.0' });
    expect(spec.ociVersion).to.equal('1.10.0');
    expect(warnings.map(({ pointer, message }) => `${pointer} ${message}`)).to.deep.equal([
      '/ociVersion version 1.10.0 is newer than 1.3.0: what it added since is ignored',
    ]);
  });

  for (const version of [
    '0.5.0-dev',
    '2.0.0',
    '10.0.0',
    '1',
    '1.0',
    '1.0.x',
    ' 1.0.0',
    '1.0.0 ',
    '1.0.0\n',
    'v1.0.0',
    '1.0.0-',
    `1.0.0-${'a'.repeat(255)}`,
    '',
    null,
    1,
    undefined,
  ]) {
    it(`refuses ${JSON.stringify(version)?.slice(0, 30)}`, () => {
      expect(pointersOf(() => validateSpec({ ...minimal(), ociVersion: version }))).to.deep.equal(['/ociVersion']);
    });
  }
});
