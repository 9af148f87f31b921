import type { HostFacts } from '@standpipe/runtime-api';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { probeSecurity } from '../../src/doctor/security.js';

function outcomes(files: Readonly<Record<string, string>>, landlockAbi = 0): string[] {
  const facts: HostFacts = {
    uid: 0,
    gid: 0,
    env: {},
    readText: (path) => files[path],
    systemProgram: () => undefined,
    landlockAbi: () => landlockAbi,
    isTerminal: () => false,
  };
  return probeSecurity(facts).map(({ outcome }) => outcome);
}

const seccomp = { '/proc/sys/kernel/seccomp/actions_avail': 'kill_process errno user_notif allow\n' };

describe('probeSecurity', () => {
  it('believes the list of modules', () => {
    expect(outcomes({ ...seccomp, '/sys/kernel/security/lsm': 'capability,apparmor\n' })).to.deep.equal(['yes', 'yes', 'no', 'no']);
    expect(outcomes({ ...seccomp, '/sys/kernel/security/lsm': 'capability,selinux' })).to.deep.equal(['yes', 'no', 'yes', 'no']);
  });

  it('looks for each where there is no list', () => {
    const [enabled, enforce] = ['/sys/module/apparmor/parameters/enabled', '/sys/fs/selinux/enforce'];
    expect(outcomes({ ...seccomp, [enabled]: 'Y\n' })).to.deep.equal(['yes', 'yes', 'no', 'no']);
    expect(outcomes({ ...seccomp, [enabled]: 'N\n', [enforce]: '0' })).to.deep.equal(['yes', 'no', 'yes', 'no']);
  });

  it('asks the kernel for Landlock', () => {
    expect(outcomes(seccomp, 7).at(-1)).to.equal('yes');
  });

  it('misses what seccomp lacks', () => {
    expect(outcomes({})[0]).to.equal('no');
    expect(outcomes({ '/proc/sys/kernel/seccomp/actions_avail': 'kill errno allow' })[0]).to.equal('no');
  });
});
