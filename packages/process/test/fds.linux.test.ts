import { closeSync, openSync } from 'node:fs';
import { runOps } from '@standpipe/program/testing';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseEnv, planCloseFds, planEnvironment, planExec } from '../src/index.js';
import { failed, fine, runShell } from './run.js';

describe('planCloseFds on Linux', () => {
  leaveNothing();
  /** The fds of the shell, seen by another process. */
  const list = 'ls /proc/$$/fd; true';

  async function withLeaks<T>(count: number, body: (stdio: ('ignore' | 'pipe' | number)[]) => Promise<T>): Promise<T> {
    const leaks = Array.from({ length: count }, () => openSync('/etc', 'r'));
    try {
      return await body(['ignore', 'pipe', 'pipe', ...leaks]);
    } finally {
      leaks.forEach(closeSync);
    }
  }

  it('closes what leaked in', async () => {
    await withLeaks(40, async (stdio) => {
      expect((await runShell([], list, { stdio })).stdout.split('\n')).to.have.length.above(40);
      expect(await runShell(planCloseFds(), list, { stdio })).to.deep.equal(fine('0\n1\n2\n'));
    });
  });

  it('keeps those to preserve, and those alone', async () => {
    await withLeaks(5, async (stdio) => {
      expect((await runShell(planCloseFds(2), 'readlink /proc/$$/fd/3 /proc/$$/fd/4 /proc/$$/fd/5', { stdio })).stdout).to.equal(
        '/etc\n/etc\n',
      );
    });
  });

  it('leaves them open for as long as execve can fail', async () => {
    await withLeaks(1, async (stdio) => {
      // The failure is told on fd 2 after all.
      expect(await runOps([...planCloseFds(), ...planExec(['/no'], parseEnv([]))], { stdio })).to.deep.equal(
        failed('exec: "/no": stat /no: no such file or directory'),
      );
    });
  });

  it('comes with the variables of passed sockets, and the pid they are for', async () => {
    await withLeaks(2, async (stdio) => {
      const { ops, environment } = planEnvironment(['HOME=/', 'LISTEN_PID=1', 'LISTEN_FDS=9'], { uid: 0, listenFds: 2 });
      const command = ['/bin/sh', '-c', 'test "$LISTEN_PID" = $$ && echo "$LISTEN_FDS of mine"'];
      expect(await runOps([...ops, ...planCloseFds(2), ...planExec(command, environment)], { stdio })).to.deep.equal(fine('2 of mine\n'));
    });
  });
});
