import { existsSync } from 'node:fs';
import { type Op, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { leaveNothing, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planSessionKeyring } from '../src/index.js';
import { failed, fine, runShell } from './run.js';

const KEY_SPEC_SESSION_KEYRING = -3;
const KEYCTL_SEARCH = 10;

describe('planSessionKeyring on Linux', () => {
  leaveNothing();
  before(function () {
    if (!existsSync('/proc/keys')) skip(this, 'the kernel has no keyrings');
  });

  const starter = [
    ...planSessionKeyring('standpipe-test-outer'),
    sys('add_key', ['user', 'standpipe-test', 'secret', 6, KEY_SPEC_SESSION_KEYRING], { say: 'add a key' }),
  ];
  const search: Op = sys('keyctl', [KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, 'user', 'standpipe-test', 0], { say: 'search the session' });

  it("leaves the starter's keys behind", async () => {
    expect(await runOps([...starter, search])).to.deep.equal(fine());
    expect(await runOps([...starter, ...planSessionKeyring('standpipe-test-inner'), search])).to.deep.equal(
      failed('search the session: required key not available'),
    );
  });

  it('has a keyring that its user may search', async () => {
    const { stdout } = await runShell(planSessionKeyring('standpipe-test-shown'), 'grep standpipe-test-shown /proc/keys');
    expect(stdout).to.match(/^\w+ \S+ +\d+ perm 3f1b0000 +\d+ +\d+ keyring +standpipe-test-shown: empty$/m);
  });
});
