import { runOps } from '@standpipe/program/testing';
import { leaveNothing, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isLabelValid, isSelinuxEnabled, planSelinux } from '../src/index.js';

describe('planSelinux on Linux', () => {
  leaveNothing();

  it('fails where SELinux does not run, before any label is written', async function () {
    if (isSelinuxEnabled()) skip(this, 'this machine runs SELinux');
    const { check } = planSelinux('system_u:system_r:container_t:s0');
    expect(await runOps(check)).to.deep.include({
      code: 1,
      stderr: 'have the command run with the SELinux label "system_u:system_r:container_t:s0": SELinux does not run here\n',
    });
    expect(isLabelValid('anything')).to.equal(true);
  });
});
