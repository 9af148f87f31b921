import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nearestName } from '../src/nearest-name.js';

describe('nearestName', () => {
  const names = ['seccomp', 'selinux', 'mounts', 'devices'];
  for (const [typed, meant] of [
    ['secomp', 'seccomp'],
    ['mount', 'mounts'],
    ['devcies', 'devices'],
    ['selinux', 'selinux'],
    ['apparmor', undefined],
    ['', undefined],
  ] as const) {
    it(`takes ${JSON.stringify(typed)} for ${meant ?? 'nothing'}`, () => {
      expect(nearestName(typed, names)).to.equal(meant);
    });
  }
});
