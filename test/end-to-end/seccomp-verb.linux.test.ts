import { dockerProfile } from '@standpipe/seccomp';
import { bundle, needs } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { specOf } from './specs.js';
import { standpipe } from './standpipe.js';

describe('standpipe seccomp', () => {
  it('tells which rule decides', async () => {
    const said = async (...words: string[]): Promise<string> => (await standpipe(['seccomp', 'simulate', ...words])).stdout;
    expect(await said('docker', 'socket', '40', '1')).to.match(
      /^socket\(40, 1\) fails with EPERM, by \/defaultAction \(\d+ instructions\)\n$/,
    );
    expect(await said('docker', 'personality', '0x8')).to.match(/^personality\(0x8\) is allowed, by \/syscalls\/\d+ /);
    expect(await said('docker', 'uprobe')).to.include('fails with ENOSYS, for it is newer than the profile');
    const { stdout } = await standpipe(['seccomp', '--abi', 'SCMP_ARCH_X86', 'simulate', 'docker', 'socketcall', '1']);
    expect(stdout).to.match(/^socketcall\(1\) is allowed, by /);
    expect((await standpipe(['seccomp', 'simulate', 'docker', 'reed'])).stderr).to.include('no system call "reed"');
  });

  it('reads profiles of bundles, and says where they differ', async function () {
    needs(this, 'busybox');
    using made = bundle(
      specOf(['/bin/true'], (config) => {
        const profile = dockerProfile();
        const syscalls = [{ names: ['mount'], action: 'SCMP_ACT_ALLOW' as const }, ...(profile.syscalls ?? [])];
        config.linux = { ...config.linux, seccomp: { ...profile, syscalls } as never };
      }),
    );
    const { code, stdout } = await standpipe(['seccomp', 'diff', 'docker', made.path]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'mount: fails with EPERM -> is allowed\n' });
    expect(await standpipe(['seccomp', 'diff', 'docker', 'docker'])).to.deep.include({ code: 0, stdout: '' });
    const { stdout: json } = await standpipe(['seccomp', '--json', 'explain', made.path]);
    const { groups } = JSON.parse(json) as { groups: { outcome: string; syscalls: string[] }[] };
    expect(groups[0]?.outcome).to.equal('is allowed');
    expect(groups[0]?.syscalls).to.include('mount');
  });
});
