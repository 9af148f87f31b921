import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planUser } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planUser', () => {
  it('sets groups, gid and uid in this order, and the umask', () => {
    expect(callsOf(planUser({ uid: 5, gid: 6, additionalGids: [7, 0x80000001], umask: 0o77 }))).to.deep.equal([
      ['setgroups', 2, Uint8Array.of(7, 0, 0, 0, 1, 0, 0, 0x80)],
      ['setresgid', 6, 6, 6],
      ['setresuid', 5, 5, 5],
      ['umask', 0o77],
    ]);
  });

  it('drops all groups when none are given', () => {
    const [first, , , last] = callsOf(planUser({ uid: 0, gid: 0 }));
    expect([first, last]).to.deep.equal([
      ['setgroups', 0, null],
      ['umask', 0o22],
    ]);
  });

  it('lets groups be where they cannot be set, but not those asked for', () => {
    expect(callsOf(planUser({ uid: 0, gid: 0 }, { setgroups: 'denied' }))[0]?.[0]).to.equal('setresgid');
    expect(issuesOf(() => planUser({ uid: 0, gid: 0, additionalGids: [5] }, { setgroups: 'denied' }))).to.deep.equal([
      '/process/user/additionalGids: additional groups need a user namespace in which setgroups is allowed: one that newgidmap has mapped',
    ]);
    expect(planUser({ uid: 0, gid: 0 }, { setgroups: 'unknown' })[0]).to.deep.include({ unless: { errno: ['EPERM'] } });
    for (const setgroups of ['unknown', 'allowed'] as const) {
      expect(planUser({ uid: 0, gid: 0, additionalGids: [5] }, { setgroups })[0]).not.to.have.property('unless');
    }
    expect(planUser({ uid: 0, gid: 0 })[0]).not.to.have.property('unless');
  });

  it('keeps the groups where that is asked for, and takes no further ones then', () => {
    for (const setgroups of ['allowed', 'unknown', 'denied'] as const) {
      expect(callsOf(planUser({ uid: 0, gid: 0 }, { setgroups, keepGroups: true }))[0]?.[0]).to.equal('setresgid');
    }
    expect(issuesOf(() => planUser({ uid: 0, gid: 0, additionalGids: [5] }, { keepGroups: true }))).to.deep.equal([
      "/process/user/additionalGids: can't be added where run.oci.keep_original_groups keeps the groups of who runs the container",
    ]);
  });

  it('gathers ids that cannot be', () => {
    const user = { uid: -1, gid: 2 ** 32 - 1, additionalGids: [1, 1.5], umask: 0o1000 };
    expect(issuesOf(() => planUser(user, { pointer: '/u' }))).to.deep.equal([
      '/u/uid: -1 is no id',
      '/u/gid: 4294967295 is no id',
      '/u/additionalGids/1: 1.5 is no id',
      '/u/umask: 512 is no umask',
    ]);
    const many = Array.from({ length: 65537 }, () => 1);
    expect(issuesOf(() => planUser({ uid: 0, gid: 0, additionalGids: many }))).to.deep.equal([
      '/process/user/additionalGids: there are more groups than a process can have',
    ]);
  });
});
