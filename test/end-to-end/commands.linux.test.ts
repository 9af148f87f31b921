import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asOrdinaryUser, bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { specOf } from './specs.js';
import { standpipe, standpipePath } from './standpipe.js';

describe('the command line', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('tells its versions in the form that clients of runc read', async () => {
    const { stdout } = await standpipe(['--version']);
    expect(stdout).to.match(
      /^standpipe version \d+\.\d+\.\d+\n(commit: [0-9a-f]{40}(-dirty)?\n)?spec: 1\.3\.0\ninit: [0-9a-f]{16}\nnode: v\d+\.\d+\.\d+\nkernel: \S+\n$/,
    );
  });

  it('exits as runc does for a line that it does not understand', async () => {
    for (const [words, expected] of [
      [['fly'], 3],
      [['checkpoint', '--help'], 3],
      [['--fly', 'list'], 1],
      [['list', '--fly'], 1],
      [['state'], 1],
    ] as const) {
      const { code, stdout } = await standpipe(words);
      expect({ code, stdout }, words.join(' ')).to.deep.equal({ code: expected, stdout: '' });
      if (existsSync('/usr/sbin/runc') && words[0] !== 'checkpoint')
        expect((await run('runc', words)).code, words.join(' ')).to.equal(code);
    }
    const { stderr } = await standpipe(['fly']);
    expect(stderr).to.match(/^standpipe: there is no command "fly"\n {2}hint: commands are create, /);
  });

  it('explains a bundle in words, with origins, and the same as JSON', async () => {
    using made = bundle(specOf(['/bin/true']));
    const words = await standpipe(['explain', '--bundle', made.path]);
    expect(words.stdout).to.match(
      /# mounts\/mounts\.mount: mount "proc" on "\/proc" \(\/mounts\/0\)\n +\d+ context = fsopen\("proc", FSOPEN_CLOEXEC\)/,
    );
    const { ops } = JSON.parse((await standpipe(['explain', '--json', '--bundle', made.path])).stdout) as {
      ops: Record<string, unknown>[];
    };
    const mount = ops.find(({ syscall, pointer }) => syscall === 'fsopen' && pointer === '/mounts/0');
    expect(mount).to.include({ plugin: 'mounts', step: 'mounts.mount', pointer: '/mounts/0' });
    expect((await standpipe(['explain', '--no-origins', '--bundle', made.path])).stdout).not.to.include('# mounts/');
  });

  it('explains to an ordinary user what root would run, in the same words', async function () {
    needs(this, 'setpriv');
    using made = bundle(specOf(['/bin/true']));
    const [command, words] = asOrdinaryUser(process.execPath, [standpipePath, 'explain', '--as-root', '--bundle', made.path]);
    const asked = await run(command, words);
    expect(asked.stderr).to.equal('');
    expect(asked.stdout).to.equal((await standpipe(['explain', '--bundle', made.path])).stdout);
  });

  it('does not mind a reader that leaves', async () => {
    using made = bundle(specOf(['/bin/true']));
    const { stdout, stderr } = await run('sh', ['-c', `"$0" "$1" explain -b "$2" | head -n 1`, process.execPath, standpipePath, made.path]);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'host\n', stderr: '' });
  });

  it('writes a config.json, and never over one', async () => {
    using made = bundle({});
    const again = await standpipe(['spec', '--bundle', made.path]);
    expect(again.code).to.equal(1);
    expect(again.stderr).to.match(/config\.json"\n {2}because: EEXIST[^\n]*\n {2}hint: remove the file first/);
    const fresh = join(made.path, 'rootfs');
    expect((await standpipe(['spec', '--rootless', '--bundle', fresh])).code).to.equal(0);
    const { linux } = JSON.parse(readFileSync(join(fresh, 'config.json'), 'utf8')) as { linux: { namespaces: { type: string }[] } };
    expect(linux.namespaces.map(({ type }) => type)).to.include('user');
  });

  it('shows its plugins, as words and as JSON', async () => {
    expect((await standpipe(['plugins'])).stdout).to.match(/^plugins, in the order of the config\n {2}core +ok\n/);
    const { pipelines } = JSON.parse((await standpipe(['plugins', '--json'])).stdout) as { pipelines: { id: string }[] };
    expect(pipelines.map(({ id }) => id)).to.deep.equal(['create', 'exec']);
  });

  it('takes another assembly', async () => {
    const { stdout } = await standpipe(['--assembly', 'sandbox', 'plugins']);
    expect(stdout)
      .to.match(/\n {2}rootfs +disabled\n/)
      .and.to.match(/\n {2}host-root +ok\n/);
  });

  it('completes commands', async () => {
    expect((await standpipe(['completion'])).stdout).to.include('standpipe-completions');
    const { stdout } = await standpipe(['--get-yargs-completions', 'standpipe', 'sa']);
    expect(stdout).to.match(/^sandbox/m);
  });
});
