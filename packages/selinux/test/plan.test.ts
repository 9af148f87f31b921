import { disassemble, label, link, type Op, section, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planExpectSelinux, planSelinux } from '../src/index.js';

const web = 'system_u:system_r:container_t:s0:c1,c2';

function shown(ops: readonly Op[]): string {
  const origin = { plugin: 'a', step: 'b' };
  return disassemble(link({ sections: [section('half', label('half'), ops, [sys('exit_group', [1])], origin)] }));
}

describe('planSelinux', () => {
  it('writes to a procfs of its own, and says where the config asked for it', () => {
    const text = shown(planSelinux(web, { pointer: '/process/selinuxLabel' }).exec);
    expect(text).to.include('fsopen("proc", FSOPEN_CLOEXEC)');
    expect(text).to.include('"thread-self/attr/exec", {flags=O_WRONLY|O_CLOEXEC, resolve=');
    expect(text).to.include(`"system_u:system_r:container_t:s0"..., ${String(web.length)}`);
    expect(text).to.include(`the SELinux label "${web}" is not valid in the policy that is loaded (/process/selinuxLabel)`);
    expect(text).not.to.include('keycreate');
  });

  it('looks for a policy that is loaded before it believes that a label means anything', () => {
    const text = shown(planSelinux(web, { pointer: '/here' }).check);
    expect(text).to.include('openat(AT_FDCWD, "/sys/fs/selinux/class/process"').and.to.include('== 4185718668 goto');
    expect(text).to.include(`have the command run with the SELinux label "${web}": SELinux does not run here (/here)`);
    expect(shown(planExpectSelinux({ say: 'mount' }))).to.include('mount: SELinux does not run here');
  });

  it('labels a keyring, and no key after it', () => {
    const { keys, exec } = planSelinux(web, { keyring: true });
    expect(shown(keys)).to.include('"thread-self/attr/keycreate"').and.to.include(`"${web}"`);
    expect(shown(exec)).to.match(/"thread-self\/attr\/keycreate"[^]*"\\n", 1[^]*"thread-self\/attr\/exec"/);
    expect(planSelinux(web).keys).to.deep.equal([]);
  });

  it('says of every op that can fail what it attempts', () => {
    const { check, keys, exec } = planSelinux(web, { keyring: true });
    const silent = [...check, ...keys, ...exec].filter((op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any');
    expect(silent.filter((op) => op.op !== 'syscall' || op.name !== 'close')).to.deep.equal([]);
  });

  it('refuses what can not be a label', () => {
    for (const name of ['', 'a\nb', 'a\0']) expect(() => planSelinux(name, { pointer: '/here' })).to.throw('is no SELinux label');
  });
});
