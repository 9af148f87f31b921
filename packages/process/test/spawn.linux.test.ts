import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type ProcessInput, spawnProcess } from '../src/index.js';

async function outcome(child: ChildProcess): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[code: unknown]>,
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { code, stdout, stderr };
}
const shell = (script: string, more: Partial<ProcessInput> = {}): ProcessInput => ({ args: ['/bin/sh', '-c', script], ...more });

describe('spawnProcess on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
  });

  it('is the command, as who and where it is told', async () => {
    const child = spawnProcess(
      shell('echo $$; id -u; id -G; pwd; echo $A; ulimit -n; umask; stat -L -c %u /dev/stdout', {
        env: ['A=1', 'PATH=/usr/bin:/bin'],
        cwd: '/usr',
        user: { uid: 1000, gid: 1001, additionalGids: [7], umask: 0o27 },
        rlimits: [{ type: 'RLIMIT_NOFILE', soft: 99, hard: 100 }],
        scheduler: { policy: 'SCHED_BATCH' },
        execCPUAffinity: { initial: '0' },
        oomScoreAdj: 900,
      }),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    expect(await outcome(child)).to.deep.equal({
      code: 0,
      stdout: `${String(child.pid)}\n1000\n1001 7\n/usr\n1\n99\n0027\n1000\n`,
      stderr: '',
    });
  });

  it('keeps what is not said', async () => {
    const { stdout } = await outcome(spawnProcess(shell('id -u; pwd; echo $PATH; ls /proc/$$/fd | tr "\\n" " "; true')));
    expect(stdout).to.equal(`0\n${process.cwd()}\n${process.env['PATH'] ?? ''}\n0 1 2 `);
  });

  it('gives it the fds it is to have, and ends as it does', async () => {
    const child = spawnProcess(shell('echo three >&3; exit 7'), { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const three = text(child.stdio[3] as NodeJS.ReadableStream);
    expect(await outcome(child)).to.include({ code: 7, stderr: '' });
    expect(await three).to.equal('three\n');
  });

  it('says why it could not start, and exits with 125', async () => {
    const cases: [input: ProcessInput, stderr: string][] = [
      [{ args: ['no-such-command'] }, 'exec: "no-such-command": executable file not found in $PATH\n'],
      [shell('true', { cwd: '/no/such' }), 'change to the working directory "/no/such": no such file or directory\n'],
      [shell('true', { execCPUAffinity: { final: '9999' } }), 'run on the CPUs 9999 only: invalid argument\n'],
    ];
    for (const [input, stderr] of cases) expect(await outcome(spawnProcess(input))).to.deep.equal({ code: 125, stdout: '', stderr });
  });

  it('throws for what cannot be, before anything runs', () => {
    expect(() => spawnProcess({ args: [] }))
      .to.throw()
      .with.property('code', 'SPEC_INVALID');
  });
});
