import { expect } from 'chai';
import { describe, it } from 'mocha';
import { hostDevice } from '../src/index.js';

describe('hostDevice', () => {
  it('reads a node', () => {
    expect(hostDevice('/dev/null')).to.deep.include({ type: 'c', path: '/dev/null', major: 1, minor: 3, fileMode: 0o666 });
  });

  it('refuses what is none', () => {
    expect(() => hostDevice('/dev/fd'))
      .to.throw('a symbolic link')
      .with.property('code', 'NOT_A_DEVICE');
    expect(() => hostDevice('/dev')).to.throw('a directory');
    expect(() => hostDevice('/etc/passwd')).to.throw('a file');
    expect(() => hostDevice('/dev/absent')).to.throw('ENOENT');
  });
});
