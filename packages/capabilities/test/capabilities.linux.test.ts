import { readFileSync } from 'node:fs';
import { type Op, sys, words } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import {
  capabilityNumber,
  type CapabilitiesInput,
  type CapabilitySets,
  LAST_CAP,
  parseCapabilitySets,
  parseStatus,
  planCapabilities,
  planClearInheritable,
  readCapabilities,
  readLastCap,
} from '../src/index.js';

const status: Op[] = [
  sys('execve', ['/bin/cat', words('argv', ['cat', '/proc/self/status', null]), words('envp', [null])], { say: 'exec /bin/cat' }),
];
const becomeUser: Op[] = [sys('setresuid', [1000, 1000, 1000], { say: 'become user 1000' })];
const maskOf = (...names: string[]): bigint => names.reduce((mask, name) => mask | (1n << BigInt(capabilityNumber(name) ?? 63)), 0n);

/** Runs the plan with a change of user in between, or without, and gives the sets that the executed command then has. */
async function setsAfter(input: CapabilitiesInput, { user = false, wrapper = [] as string[] } = {}): Promise<CapabilitySets> {
  const { beforeUser, afterUser } = planCapabilities(parseCapabilitySets(input).sets);
  const { stdout, stderr } = await runOps([...beforeUser, ...(user ? becomeUser : []), ...afterUser, ...status], { wrapper });
  expect(stderr).to.equal('');
  return parseStatus(stdout);
}

const some = ['CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_AUDIT_WRITE'];
const usual = { bounding: some, permitted: some, effective: some };

describe('capabilities on Linux', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'setpriv');
  });

  it("gives root's command what the sets say and nothing more", async () => {
    const mask = maskOf(...some);
    expect(await setsAfter(usual)).to.deep.equal({ bounding: mask, permitted: mask, effective: mask, inheritable: 0n, ambient: 0n });
  });

  it('leaves a user nothing but the ambient capabilities', async () => {
    expect(await setsAfter(usual, { user: true })).to.deep.equal({
      bounding: maskOf(...some),
      permitted: 0n,
      effective: 0n,
      inheritable: 0n,
      ambient: 0n,
    });
    const bind = ['CAP_NET_BIND_SERVICE'];
    const one = maskOf(...bind);
    expect(await setsAfter({ ...usual, inheritable: bind, ambient: bind }, { user: true })).to.deep.equal({
      bounding: maskOf(...some),
      permitted: one,
      effective: one,
      inheritable: one,
      ambient: one,
    });
  });

  it('passes on none of the inheritable and ambient capabilities that it was started with (CVE-2022-29162)', async () => {
    const wrapper = ['setpriv', '--inh-caps=+kill,+sys_admin', '--ambient-caps=+kill,+sys_admin'];
    const { stdout } = await runOps(status, { wrapper });
    expect(parseStatus(stdout).ambient).to.equal(maskOf('CAP_KILL', 'CAP_SYS_ADMIN'));
    for (const input of [usual, { ...usual, inheritable: ['CAP_AUDIT_WRITE'] }]) {
      const sets = await setsAfter(input, { wrapper, user: true });
      expect(sets).to.deep.include({ inheritable: maskOf(...(input === usual ? [] : ['CAP_AUDIT_WRITE'])), ambient: 0n, permitted: 0n });
    }
    const kept = parseStatus((await runOps([...planClearInheritable(), ...status], { wrapper })).stdout);
    expect(kept).to.deep.include({ inheritable: 0n, ambient: 0n });
    expect(kept.bounding).to.equal(readCapabilities().bounding);
  });

  it('fails when the sets cannot be set', async () => {
    const { beforeUser, afterUser } = planCapabilities(parseCapabilitySets(usual).sets);
    const asUser = { wrapper: ['setpriv', '--reuid=1000', '--clear-groups'] };
    expect(await runOps([...beforeUser, ...status], asUser)).to.deep.include({
      code: 1,
      stdout: '',
      stderr: 'drop CAP_CHOWN from the bounding set: operation not permitted\n',
    });
    const { stderr } = await runOps([...afterUser, ...status], asUser);
    expect(stderr).to.match(/^set the capabilities: effective 0x0000000020000420, .*: operation not permitted\n$/);
  });

  it('drops what the kernel has beyond the known names, and ends where the kernel does', async () => {
    const { beforeUser } = planCapabilities(parseCapabilitySets({}).sets);
    const { stdout } = await runOps([...beforeUser, ...status]);
    expect(parseStatus(stdout).bounding).to.equal(0n);
  });

  it('reads its own sets and the newest capability', () => {
    expect(readCapabilities()).to.deep.equal(parseStatus(readFileSync('/proc/self/status', 'latin1')));
    expect(readLastCap()).to.be.at.least(LAST_CAP);
  });
});
