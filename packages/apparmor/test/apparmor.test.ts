import { label, link, section, sys, disassemble } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { containerProfile, planAppArmor } from '../src/index.js';

describe('planAppArmor', () => {
  it('writes to a procfs of its own, and says where the config asked for it', () => {
    const end = [sys('exit_group', [1])];
    const text = disassemble(
      link({
        sections: [
          section('half', label('half'), planAppArmor('web', { pointer: '/process/apparmorProfile' }), end, { plugin: 'a', step: 'b' }),
        ],
      }),
    );
    expect(text).to.include('fsopen("proc", FSOPEN_CLOEXEC)');
    expect(text).to.include('"thread-self/attr/apparmor/exec", {flags=O_WRONLY|O_CLOEXEC, resolve=');
    expect(text).to.include('"exec web", 8');
    expect(text).to.include('the AppArmor profile "web" is not loaded (/process/apparmorProfile)');
  });

  it('says of every op that can fail what it attempts', () => {
    const silent = planAppArmor('web').filter((op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any');
    expect(silent).to.deep.equal([]);
  });

  it('refuses what can not be a name', () => {
    for (const name of ['', 'a\nb', 'a\0'])
      expect(() => planAppArmor(name, { pointer: '/here' })).to.throw('is no name of an AppArmor profile');
  });
});

describe('containerProfile', () => {
  it('denies what reaches beyond the container, and what is named', () => {
    const text = containerProfile({
      name: 'web server',
      hidden: ['/srv/secret/**'],
      readonly: ['/srv/my data'],
      network: false,
      runtime: 'crun',
    });
    for (const line of [
      'profile "web server" flags=(attach_disconnected,mediate_deleted) {',
      '  deny network,',
      '  deny mount,',
      '  signal (receive) peer=crun,',
      '  signal (send, receive) peer="web server",',
      '  deny /srv/secret/** rwklx,',
      '  deny "/srv/my data" wkl,',
    ])
      expect(text.split('\n')).to.include(line);
  });

  it('allows mounts and networks when told to', () => {
    const text = containerProfile({ name: 'web', mount: true });
    expect(text).to.include('  pivot_root,').and.to.include('  network,').and.not.to.include('deny mount');
  });

  it('lets no name or path write lines of its own', () => {
    expect(() => containerProfile({ name: 'a\n}' })).to.throw('no name');
    expect(() => containerProfile({ name: 'a', hidden: ['/x" rw,\n'] })).to.throw('no name');
    expect(containerProfile({ name: 'a"b' })).to.include('profile "a\\"b"');
  });
});
