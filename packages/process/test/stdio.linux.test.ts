import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planStdioOwner, planUser } from '../src/index.js';
import { fine, runShell } from './run.js';

const user = { uid: 1000, gid: 1000 };

describe('planStdioOwner on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
  });

  it('lets a user open its streams again', async () => {
    // A pipe of root's; the streams that Node makes are sockets.
    const wrapper = ['sh', '-c', '"$0" "$@" | cat'];
    expect((await runShell(planUser(user), 'echo again > /dev/stdout', { wrapper })).stdout).to.equal('');
    expect(await runShell([...planStdioOwner(user.uid), ...planUser(user)], 'echo again > /dev/stdout', { wrapper })).to.deep.equal(
      fine('again\n'),
    );
  });

  it('never gives away a device', async () => {
    const owner = statSync('/dev/null').uid;
    const [zero, tty] = [statSync('/dev/zero').uid, openSync('/dev/zero', 'r')];
    try {
      expect((await runOps(planStdioOwner(user.uid), { stdio: [tty, 'ignore', 'ignore'] })).code).to.equal(0);
    } finally {
      closeSync(tty);
    }
    expect([statSync('/dev/null').uid, statSync('/dev/zero').uid]).to.deep.equal([owner, zero]);
  });

  it('gives a file, and leaves its group', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'standpipe-stdio-'));
    const fd = openSync(join(dir, 'out'), 'w');
    try {
      await runOps(planStdioOwner(user.uid), { stdio: ['ignore', fd, 'ignore'] });
      const { uid, gid } = statSync(join(dir, 'out'));
      expect([uid, gid]).to.deep.equal([1000, process.getgid?.()]);
    } finally {
      closeSync(fd);
      rmSync(dir, { recursive: true });
    }
  });

  it('is content with what it may not change, and with closed streams', async function () {
    needs(this, 'setpriv');
    expect((await runOps(planStdioOwner(0), { wrapper: ['setpriv', '--reuid=1000', '--clear-groups'] })).code).to.equal(0);
    expect((await runOps(planStdioOwner(user.uid), { wrapper: ['sh', '-c', 'exec "$0" "$@" <&- >&- 2>&-'] })).code).to.equal(0);
  });
});
