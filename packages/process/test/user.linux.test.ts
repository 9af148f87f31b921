import { type Op, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { asOrdinaryUser, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planNoNewPrivileges, planUser } from '../src/index.js';
import { failed, fine, runShell, statusOf } from './run.js';

const [setpriv, setprivArgs] = asOrdinaryUser('unshare', ['-Ur']);
/** An ordinary user's namespace: one id of each kind, setgroups denied. */
const denied = [setpriv, ...setprivArgs];

describe('planUser on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
    needs(this, 'setpriv');
    needs(this, 'unshare');
  });

  it("changes all ids, drops the starter's groups, sets the umask", async () => {
    const wrapper = ['setpriv', '--groups=4,24,27'];
    const status = statusOf('Uid', 'Gid', 'Groups', 'Umask');
    expect(await runShell([], status, { wrapper })).to.deep.include({
      stdout: 'Umask:\t0022\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t4 24 27 \n',
    });
    expect(await runShell(planUser({ uid: 1000, gid: 1001, umask: 0o27 }), status, { wrapper })).to.deep.equal(
      fine('Umask:\t0027\nUid:\t1000\t1000\t1000\t1000\nGid:\t1001\t1001\t1001\t1001\nGroups:\t \n'),
    );
    expect(await runShell(planUser({ uid: 0, gid: 0, additionalGids: [4294967294, 7] }), status, { wrapper })).to.deep.equal(
      fine('Umask:\t0022\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t7 4294967294 \n'),
    );
  });

  const attempts: [what: string, op: Op][] = [
    ['the uid', sys('setresuid', [0, 0, 0], { say: 'root again' })],
    ['the saved uid', sys('setresuid', [-1, 0, -1], { say: 'root again' })],
    ['the gid', sys('setresgid', [0, 0, 0], { say: 'root again' })],
    ['the groups', sys('setgroups', [0, null], { say: 'root again' })],
  ];
  for (const [what, op] of attempts) {
    it(`leaves no way back by ${what}`, async () => {
      expect(await runOps([...planUser({ uid: 1000, gid: 1000 }), op])).to.deep.equal(failed('root again: operation not permitted'));
    });
  }

  it('fails for ids that have no mapping', async () => {
    const wrapper = ['unshare', '-Ur'];
    expect(await runOps(planUser({ uid: 5, gid: 0 }), { wrapper })).to.deep.equal(
      failed('drop the supplementary groups: operation not permitted'),
    );
    expect(await runOps(planUser({ uid: 5, gid: 0 }, { setgroups: 'denied' }), { wrapper })).to.deep.equal(
      failed('become user 5: it has no mapping in the user namespace'),
    );
    expect(await runOps(planUser({ uid: 0, gid: 5 }, { setgroups: 'denied' }), { wrapper })).to.deep.equal(
      failed('become group 5: it has no mapping in the user namespace'),
    );
  });

  it('never skips a drop of groups that should have worked', async () => {
    const wrapper = denied;
    expect(await runOps(planUser({ uid: 0, gid: 0 }), { wrapper })).to.deep.equal(
      failed('drop the supplementary groups: operation not permitted'),
    );
    for (const setgroups of ['denied', 'unknown'] as const)
      expect(await runOps(planUser({ uid: 0, gid: 0 }, { setgroups }), { wrapper })).to.deep.equal(fine());
    expect(await runOps(planUser({ uid: 0, gid: 0, additionalGids: [5] }, { setgroups: 'unknown' }), { wrapper })).to.deep.equal(
      failed('set the supplementary groups: 5: operation not permitted'),
    );
  });

  it('fails as a whole without the privilege', async () => {
    const [command, args] = asOrdinaryUser('env');
    expect(await runOps(planUser({ uid: 1000, gid: 1000 }), { wrapper: [command, ...args] })).to.deep.equal(
      failed('drop the supplementary groups: operation not permitted'),
    );
  });
});

describe('planNoNewPrivileges on Linux', () => {
  it('holds for good', async () => {
    expect(await runShell([], statusOf('NoNewPrivs'))).to.deep.equal(fine('NoNewPrivs:\t0\n'));
    expect(await runShell(planNoNewPrivileges(), statusOf('NoNewPrivs'))).to.deep.equal(fine('NoNewPrivs:\t1\n'));
  });
});
