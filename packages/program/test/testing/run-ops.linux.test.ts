import { branch, here, label, reg, section, set, sys, undo } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { asOrdinaryUser, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'mocha';
import { origin, print } from '../sections.js';

describe('runOps', () => {
  leaveNothing();

  it('tells what the ops wrote, and exits with 0 behind the last', async () => {
    expect(await runOps([print('out'), sys('write', [2, 'err', 3])])).to.deep.equal({
      code: 0,
      signal: null,
      stdout: 'out',
      stderr: 'err',
    });
  });

  it("says the sentence of an op that fails, behind the undos' work, and exits with 1", async () => {
    const outcome = await runOps([undo([print('undone')]), sys('chdir', ['/nowhere'], { say: 'change to "/nowhere"' }), print('never')]);
    expect(outcome).to.deep.equal({ code: 1, signal: null, stdout: 'undone', stderr: 'change to "/nowhere": no such file or directory\n' });
  });

  it('runs no undo where nothing fails', async () => {
    expect((await runOps([undo([print('undone')])])).stdout).to.equal('');
  });

  it('takes a wrapper, a directory, an environment and streams', async () => {
    const outcome = await runOps([sys('exit_group', [4])], {
      wrapper: ['sh', '-c', 'pwd; echo $A; "$0"; echo $?'],
      cwd: '/usr',
      env: { A: 'b', PATH: '/usr/bin:/bin' },
    });
    expect(outcome.stdout).to.equal('/usr\nb\n4\n');
    expect((await runOps([print('x')], { stdio: ['ignore', 'ignore', 'pipe'] })).stdout).to.equal('');
  });

  it('runs as another user', async function () {
    needsRoot(this);
    needs(this, 'setpriv');
    const [command, args] = asOrdinaryUser('env');
    const uid = reg('uid');
    const other = label('other');
    const ops = [sys('getuid', [], { to: uid }), branch(uid, '==', 1000, other), print('root'), here(other)];
    expect(await runOps(ops, { wrapper: [command, ...args] })).to.include({ code: 0, stdout: '' });
  });

  it('runs sections of other processes', async () => {
    const [child, pid] = [label('child'), reg('pid')];
    const sections = [section('child', child, [print('child')], [sys('exit_group', [5])], origin)];
    const ops = [set(pid, 0), branch(pid, '==', 0, child)];
    expect(await runOps(ops, { sections })).to.include({ code: 5, stdout: 'child' });
  });

  it('tells of a signal, rejects what cannot be started, and leaves no files', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('standpipe-ops-'));
    const pid = reg('pid');
    expect(await runOps([sys('getpid', [], { to: pid }), sys('kill', [pid, 15])])).to.include({ code: null, signal: 'SIGTERM' });
    let code: unknown;
    await runOps([], { wrapper: ['/no/such/program'] }).catch((error: NodeJS.ErrnoException) => (code = error.code));
    expect(code).to.equal('ENOENT');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('standpipe-ops-') && !before.includes(name))).to.deep.equal([]);
  });
});
