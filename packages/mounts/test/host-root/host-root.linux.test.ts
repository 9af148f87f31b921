import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Op, reg, sys, words } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type HostTree, planHostRoot, readHostTree } from '../../src/host-root.js';

const MNT_DETACH = 2;
const ordinary = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--', 'unshare', '--user', '--map-root-user', '--mount'];
const ownId = [{ containerID: 0, hostID: 1000, size: 1 }];
const namespaceOf = { uidMappings: ownId, gidMappings: ownId };

interface Sandbox {
  /** Run by the shell in the new root. */
  readonly script: string;
  readonly wrapper?: readonly string[];
  readonly userNamespace?: typeof namespaceOf;
  readonly wanted?: readonly string[];
  readonly size?: string;
  readonly tree?: HostTree;
}

/** Goes into the new root as a container does, and has a shell there. */
function runIn({ script, wrapper = ['unshare', '--mount'], wanted, tree = readHostTree(wanted), ...input }: Sandbox): Promise<Outcome> {
  const root = reg('root');
  const enter: Op[] = [
    sys('fchdir', [root], { say: 'enter the new root' }),
    sys('pivot_root', ['.', '.'], { say: 'pivot' }),
    sys('umount2', ['.', MNT_DETACH], { say: 'leave the old root' }),
    sys('chdir', ['/'], { say: 'enter /' }),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), words('envp', ['PATH=/usr/sbin:/usr/bin', null])], { say: 'execute a shell' }),
  ];
  return runOps([...planHostRoot({ tree, ...input }, { root }), ...enter], { wrapper });
}

describe('planHostRoot', () => {
  leaveNothing();
  let folder: string;

  beforeEach(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'setpriv');
    // Not below /tmp, which is empty inside.
    folder = mkdtempSync('/var/lib/standpipe-host-root-');
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'file'), 'host\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what the host has, and what is written to it goes nowhere', async () => {
    const { stdout, stderr } = await runIn({
      script: `cat ${folder}/file; echo changed > ${folder}/file; cat ${folder}/file; rm -r ${folder}; ls -d ${folder} 2>/dev/null; echo > /etc/standpipe-was-here; ls /etc/standpipe*`,
    });
    expect(stderr).to.equal('');
    expect(stdout).to.equal('host\nchanged\n/etc/standpipe-was-here\n');
    expect(readFileSync(join(folder, 'file'), 'utf8')).to.equal('host\n');
    expect(existsSync('/etc/standpipe-was-here')).to.equal(false);
  });

  it('has the entries of the host, with their owners and modes', async () => {
    const script = 'cd / && stat -c "%n %a %u %g" *';
    const { stdout } = await runIn({ script });
    expect(stdout).to.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
  });

  it('leaves the folders of the kernel, of services and of temporary files empty', async () => {
    const { stdout } = await runIn({ script: 'ls -A /dev /proc /run /sys /tmp' });
    expect(stdout).to.equal('/dev:\n\n/proc:\n\n/run:\n\n/sys:\n\n/tmp:\n');
  });
});
