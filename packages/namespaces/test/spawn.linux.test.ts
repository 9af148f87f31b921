import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { asOrdinaryUser, leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { spawnInNamespaces, type SpawnInNamespacesOptions } from '../src/index.js';

const made = (...kinds: string[]): SpawnInNamespacesOptions => ({ namespaces: kinds.map((type) => ({ type })) });

async function outcome(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

describe('spawnInNamespaces', function () {
  this.timeout(30_000);
  before(function () {
    needsRoot(this);
  });
  leaveNothing({ ignore: ['state'] });

  it('runs a command in new namespaces, and ends as it does', async () => {
    const child = spawnInNamespaces('sh', ['-c', 'hostname boat; hostname; echo $$; echo oops >&2; exit 7'], made('uts', 'pid'));
    expect(await outcome(child)).to.deep.equal({ code: 7, stdout: 'boat\n1\n', stderr: 'oops\n' });
    expect((await run('hostname')).stdout).not.to.equal('boat\n');
  });

  it('gives it what it reads, its environment, its directory and its fds, and no others', async () => {
    const child = spawnInNamespaces('sh', ['-c', 'cat; echo $COLOUR; pwd; ls /proc/self/fd | tr "\\n" " "; echo more >&3'], {
      ...made('uts'),
      cwd: '/usr',
      env: { PATH: process.env['PATH'], COLOUR: 'blue' },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end('read\n');
    const more = text(child.stdio[3] as NodeJS.ReadableStream);
    // ls has the directory open as 4.
    expect(await outcome(child)).to.deep.equal({ code: 0, stdout: 'read\nblue\n/usr\n0 1 2 3 4 ', stderr: '' });
    expect(await more).to.equal('more\n');
  });

  it('maps ids by itself in a new user namespace', async () => {
    expect(await outcome(spawnInNamespaces('id', ['-u'], made('user')))).to.include({ code: 0, stdout: '0\n' });
  });

  it('takes the mappings that it is given', async () => {
    const ids = [{ containerID: 5, hostID: 0, size: 1 }];
    const child = spawnInNamespaces('id', ['-u'], { ...made('user'), uidMappings: ids, gidMappings: ids });
    expect(await outcome(child)).to.include({ code: 0, stdout: '5\n' });
  });

  it('keeps mounts in a new mount namespace', async () => {
    const child = spawnInNamespaces('sh', ['-c', 'mount -t tmpfs none /mnt && grep -c " /mnt " /proc/self/mountinfo'], made('mount'));
    expect(await outcome(child)).to.deep.equal({ code: 0, stdout: '1\n', stderr: '' }); // leaveNothing looks at ours
  });

  it('says why it could not start the command, and exits with 125', async () => {
    const cases: [command: string, stderr: string][] = [
      ['no-such-command', 'run "no-such-command": it is not in PATH\n'],
      ['/no/such/command', 'run "/no/such/command": no such file or directory\n'],
      ['/etc/passwd', 'run "/etc/passwd": permission denied\n'],
    ];
    for (const [command, stderr] of cases)
      expect(await outcome(spawnInNamespaces(command, [], made('uts')))).to.deep.equal({ code: 125, stdout: '', stderr });
  });

  it('throws for what can not be, before anything runs', () => {
    expect(() => spawnInNamespaces('true', [], made('flavour')))
      .to.throw()
      .with.property('code', 'SPEC_INVALID');
  });

  it('passes signals on', async () => {
    const child = spawnInNamespaces(
      'sh',
      ['-c', 'trap "echo got; exit 3" TERM; echo ready; while :; do sleep 0.01; done'],
      made('pid', 'uts'),
    );
    child.stdout?.once('data', () => child.kill('SIGTERM'));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(3);
  });

  it('ends with 128 and the number of the signal that killed the command', async () => {
    expect(await outcome(spawnInNamespaces('sh', ['-c', 'kill -KILL $$'], made('uts')))).to.include({ code: 137 });
  });

  it('takes the command with it when it is killed', async () => {
    for (const kinds of [['uts'], ['user', 'uts'], ['pid']]) {
      const child = spawnInNamespaces('sh', ['-c', 'echo $$; exec sleep 1000'], made(...kinds));
      await once(child.stdout as NodeJS.ReadableStream, 'data');
      child.kill('SIGKILL');
      // The pipe has its end when no process holds it.
      await once(child, 'close');
    }
  });

  it('works for ordinary users', async function () {
    needs(this, 'setpriv');
    const module = fileURLToPath(new URL('../src/index.js', import.meta.url));
    const script = `
      import { spawnInNamespaces } from ${JSON.stringify(module)};
      const namespaces = ['user', 'uts', 'pid', 'mount', 'network', 'ipc', 'cgroup', 'time'].map((type) => ({ type }));
      const child = spawnInNamespaces('sh', ['-c', 'hostname boat && hostname; id -u; echo $$'], { namespaces, stdio: 'inherit' });
      child.on('exit', (code) => (process.exitCode = code));`;
    const evaluate = async (code: string): ReturnType<typeof run> =>
      run(...asOrdinaryUser(process.execPath, ['--input-type=module', '--eval', code]));
    const probe = await evaluate(`import ${JSON.stringify(module)}`);
    if (probe.code !== 0) skip(this, "the checkout is out of an ordinary user's reach");
    const { code, stdout, stderr } = await evaluate(script);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'boat\n0\n1\n', stderr: '' });
  });
});
