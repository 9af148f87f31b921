import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import type { Probe } from '@standpipe/program';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { standpipe, standpipeAsUser, standpipePath } from './standpipe.js';

interface Report {
  readonly able: boolean;
  readonly probes: readonly Probe[];
}

describe('standpipe doctor', () => {
  let home: string;
  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'setpriv');
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'standpipe-doctor-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });
  leaveNothing();

  it('finds that containers can run, since they do in all other tests, and makes nothing', async () => {
    const root = join(home, 'states');
    const { code, stdout, stderr } = await standpipe(['--root', root, 'doctor', '--json']);
    const { able, probes } = JSON.parse(stdout) as Report;
    expect({ code, stderr, able }).to.deep.equal({ code: 0, stderr: '', able: true });
    expect(probes.filter(({ essential, outcome }) => essential === true && outcome !== 'yes')).to.deep.equal([]);
    expect(new Set(probes.map(({ group }) => group)))
      .to.include('mounts')
      .and.include('cgroups')
      .and.include('namespaces');
    expect(readdirSync(home)).to.deep.equal([]);
  });

  it('says the same in words', async () => {
    const { stdout } = await standpipe(['doctor']);
    expect(stdout)
      .to.match(/^kernel\n {2}yes {2}Linux /)
      .and.match(/\nContainers can run here\.[^\n]*\n$/);
    expect(stdout).not.to.include('\x1b');
  });

  it('finds for an ordinary user what is his', async () => {
    chownSync(home, 1000, 1000);
    const { code, stdout } = await standpipeAsUser(['doctor', '--json'], home);
    const { able, probes } = JSON.parse(stdout) as Report;
    expect({ code, able }).to.deep.equal({ code: 0, able: true });
    expect(probes.map(({ what }) => what))
      .to.include('user namespaces for this user')
      .and.include('cgroups for containers of this user');
  });

  it('fails where no container could run, and says what to change', async () => {
    const words = `echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --bounding-set -sys_admin "$0" "$1" --root ${home}/s doctor`;
    const { code, stdout } = await run('unshare', ['--user', '--map-root-user', 'sh', '-c', words, process.execPath, standpipePath]);
    expect(code).to.equal(1);
    expect(stdout).to.match(/\nNo container can run here without: .*CAP_SYS_ADMIN/);
    expect(stdout).to.include('to change: sysctl user.max_user_namespaces=15000');
  });

  it('looks at what is assembled and nothing else', async () => {
    const { stdout } = await standpipe(['--assembly', 'sandbox', 'doctor', '--json']);
    const groups = (JSON.parse(stdout) as Report).probes.map(({ group }) => group);
    expect(groups).to.include('mounts');
    expect(groups).not.to.include('cgroups');
  });
});
