import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, bundle, leaveNothing, type Ran, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { shell } from '../../end-to-end/specs.js';
import { freshId, standpipePath } from '../../end-to-end/standpipe.js';

/** The same calls of exec in the same container, under runc and under standpipe: what they print. */
async function execs(script: string, calls: readonly (readonly string[])[]): Promise<{ ours: Ran[]; theirs: Ran[] }> {
  using made = bundle(
    shell(`${script}; exec sleep 1000`, (config) => {
      config.ociVersion = '1.0.2';
      const capabilities = ['CAP_SYS_ADMIN'];
      config.process!.capabilities = { bounding: capabilities, effective: capabilities, permitted: capabilities };
      config.linux!.namespaces!.push({ type: 'cgroup' });
      config.mounts = config.mounts!.map((mount) =>
        mount.type === 'cgroup' ? { ...mount, options: mount.options?.filter((option) => option !== 'ro') } : mount,
      );
    }),
  );
  const root = mkdtempSync(join(tmpdir(), 'standpipe-exec-'));
  const under = async (command: string, words: readonly string[]): Promise<Ran[]> => {
    const id = freshId();
    const child = spawn(command, [...words, 'run', '--detach', '--bundle', made.path, id], { stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
    await run('sleep', ['1']);
    const results: Ran[] = [];
    for (const [option = '', ...call] of calls)
      results.push(await run(command, [...words, 'exec', ...option.split(' ').filter(Boolean), id, ...call]));
    expect((await run(command, [...words, 'delete', '--force', id])).code).to.equal(0);
    return results;
  };
  try {
    const theirs = await under(findProgram('runc') ?? 'runc', ['--root', join(root, 'theirs')]);
    return { ours: await under(process.execPath, [standpipePath, '--root', join(root, 'ours')]), theirs };
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('exec on v2', function () {
  this.timeout(120_000);
  leaveNothing();

  it("goes to the container's cgroup, and to one below it", async () => {
    const { ours, theirs } = await execs('mkdir /sys/fs/cgroup/sub', [
      ['', 'cat', '/proc/self/cgroup', '/proc/1/cgroup'],
      ['--cgroup sub', 'cat', '/proc/self/cgroup'],
      ['--cgroup /sub', 'cat', '/proc/self/cgroup'],
      ['--cgroup nope', 'true'],
      ['--cgroup ../..', 'true'],
    ]);
    expect(ours.map(({ stdout }) => stdout)).to.deep.equal(['0::/\n0::/\n', '0::/sub\n', '0::/sub\n', '', '']);
    expect(ours.map(({ code, stdout }) => ({ code, stdout }))).to.deep.equal(theirs.map(({ code, stdout }) => ({ code, stdout })));
  });

  it('goes to where the first process is, when that has moved to a cgroup below and taken the controllers along', async () => {
    const { ours, theirs } = await execs(
      'cd /sys/fs/cgroup && mkdir init && echo 1 > init/cgroup.procs && echo +memory +pids > cgroup.subtree_control && cd /',
      [['', 'cat', '/proc/self/cgroup', '/proc/1/cgroup', '/sys/fs/cgroup/cgroup.subtree_control']],
    );
    expect(ours[0]).to.deep.include({ code: 0, stdout: '0::/init\n0::/init\nmemory pids\n', stderr: '' });
    expect(theirs[0]).to.deep.include({ code: 0, stdout: ours[0]!.stdout });
  });
});
