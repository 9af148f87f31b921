import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerProfile, isAppArmorEnabled, loadedProfiles, loadProfile, profileOf, unloadProfile } from '@standpipe/apparmor';
import { bundle, leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { detached, until } from '../../end-to-end/detached.js';
import { type Config, shell } from '../../end-to-end/specs.js';
import { freshId, standpipe, standpipePath } from '../../end-to-end/standpipe.js';

const profile = 'standpipe-test';
const confined =
  (apparmorProfile = profile, change: (config: Config) => void = () => undefined) =>
  (config: Config): void => {
    config.process!.apparmorProfile = apparmorProfile;
    change(config);
  };

describe('containers under AppArmor', function () {
  this.timeout(120_000);
  before(async () => {
    await loadProfile(containerProfile({ name: profile, hidden: ['/srv/secret/**'], readonly: ['/srv/fixed'] }));
    await loadProfile(containerProfile({ name: 'standpipe-other' }));
  });
  after(async () => {
    for (const name of [profile, 'standpipe-other']) await unloadProfile(name);
    expect([...loadedProfiles().keys()].filter((name) => name.startsWith('standpipe'))).to.deep.equal([]);
  });
  leaveNothing({ ignore: ['fds'] });

  it('are told apart by the kernel: the library sees what is loaded', () => {
    expect(isAppArmorEnabled()).to.equal(true);
    expect(loadedProfiles().get(profile)).to.equal('enforce');
    expect(profileOf('self')).to.equal('unconfined');
  });

  for (const noNewPrivileges of [true, false]) {
    it(`are denied what the profile denies, ${noNewPrivileges ? 'with' : 'without'} no_new_privs`, async () => {
      const script =
        'cat /proc/self/attr/current; cat /srv/secret/key; echo x > /srv/fixed; echo ok > /srv/free; cat /srv/free; mount -t tmpfs none /mnt';
      using made = bundle(
        shell(
          script,
          confined(profile, (config) => {
            config.process!.noNewPrivileges = noNewPrivileges;
            for (const set of ['bounding', 'effective', 'permitted'] as const)
              config.process!.capabilities![set] = ['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE'];
          }),
        ),
        { files: { 'srv/secret/key': 'secret', 'srv/fixed': 'fixed' } },
      );
      const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect(stdout).to.equal(`${profile} (enforce)\nok\n`);
      expect(stderr).to.match(/secret\/key': Permission denied\n.*fixed: Permission denied\n.*mount.*Permission denied/s);
    });
  }

  it('have it from their first instruction on, also when they are created and started later', async () => {
    using made = bundle(shell('cat /proc/self/attr/current > /srv/seen; cat /srv/secret/key; sleep 100', confined()), {
      files: { 'srv/secret/key': 'secret' },
    });
    const [id, pidFile] = [freshId(), join(made.path, 'pid')];
    const child = spawn(process.execPath, [standpipePath, 'create', '--bundle', made.path, '--pid-file', pidFile, id], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
    try {
      const pid = Number(readFileSync(pidFile, 'utf8'));
      // The runtime's own code waits there, and the profile is for what is executed.
      expect(profileOf(pid)).to.equal('unconfined');
      expect((await standpipe(['start', id])).code).to.equal(0);
      expect(profileOf(pid)).to.equal(profile);
      expect(readFileSync(`/proc/${String(pid)}/attr/apparmor/current`, 'utf8')).to.equal(`${profile} (enforce)\n`);
      const seen = join(made.rootfs, 'srv/seen');
      await until(() => existsSync(seen) && readFileSync(seen, 'utf8') !== '', 'the container has looked');
      expect(readFileSync(seen, 'utf8')).to.equal(`${profile} (enforce)\n`);
    } finally {
      expect((await standpipe(['delete', '--force', id])).code).to.equal(0);
    }
  });

  it('give it to commands of exec, or the one that is named there', async () => {
    await using container = await detached('sleep 100', confined());
    const label = async (...words: string[]): Promise<string> =>
      (await standpipe(['exec', ...words, container.id, 'cat', '/proc/self/attr/current'])).stdout;
    expect(await label()).to.equal(`${profile} (enforce)\n`);
    expect(await label('--apparmor', 'standpipe-other')).to.equal('standpipe-other (enforce)\n');
    const refused = await standpipe(['exec', '--apparmor', 'standpipe-none', container.id, 'true']);
    expect(refused).to.deep.include({ code: 255, stdout: '' });
    expect(refused.stderr).to.include('the AppArmor profile "standpipe-none" is not loaded');
  });

  it('give it to a process from a file that names none', async () => {
    await using container = await detached('sleep 100', confined());
    const folder = mkdtempSync(join(tmpdir(), 'standpipe-apparmor-'));
    try {
      const given = { args: ['cat', '/proc/self/attr/current'], cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } };
      writeFileSync(join(folder, 'process.json'), JSON.stringify(given));
      const { stdout } = await standpipe(['exec', '--process', join(folder, 'process.json'), container.id]);
      expect(stdout).to.equal(`${profile} (enforce)\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are denied it also when the image brings files to take the profile to (CVE-2019-16884)', async () => {
    using made = bundle(
      shell(
        'cat /srv/secret/key; cat /proc/*/attr/apparmor/*',
        confined(profile, (config) => (config.mounts = config.mounts!.filter(({ type }) => type !== 'proc'))),
      ),
      { files: { 'srv/secret/key': 'secret', 'proc/thread-self/attr/apparmor/exec': '', 'proc/self/attr/apparmor/exec': '' } },
    );
    const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect({ stdout, stderr }).to.deep.equal({ stdout: '', stderr: "cat: can't open '/srv/secret/key': Permission denied\n" });
  });

  it('get no label of another module, whose files it would be written to', async () => {
    using made = bundle(
      shell('echo ran', (config) => {
        config.process!.selinuxLabel = 'system_u:system_r:container_t:s0';
      }),
    );
    const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.equal(
      'standpipe: have the command run with the SELinux label "system_u:system_r:container_t:s0": SELinux does not run here\n',
    );
  });

  it('are not made when their profile is not loaded, and nothing ran', async () => {
    using made = bundle(shell('echo ran', confined('standpipe-none')));
    const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.equal('standpipe: the AppArmor profile "standpipe-none" is not loaded\n');
  });
});
