import { spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { until } from './detached.js';
import { ended, type Waiting, waiting } from './exec-container.js';
import type { Config } from './specs.js';

/** Has a hostile process watch from inside the container while things are executed in it. Gives what came of its tries at those that it stopped in time. */
async function spied(container: Waiting, words: readonly string[]): Promise<string[]> {
  const source = fileURLToPath(new URL('../../end-to-end/exec-spy.c', import.meta.url));
  const compiled = await run('cc', ['-O2', '-Wall', '-static', '-o', join(container.made.rootfs, 'bin/spy'), source]);
  expect(compiled.code, compiled.stderr).to.equal(0);
  const spy = container.spawn([], ['/bin/spy', '/tmp/log', '10'], ['ignore', 'ignore', 'inherit']);
  await until(() => container.read('tmp/log').startsWith('watching\n'), 'the spy watches');
  const blocks = (): string[] =>
    container
      .read('tmp/log')
      .split('found\n')
      .slice(1)
      .filter((block) => block.endsWith('in time\n'));
  for (let tries = 0; tries < 12; tries++)
    expect(await container.exec(words, ['echo', 'done'])).to.deep.include({ code: 0, stdout: 'done\n' });
  spy.kill('SIGKILL');
  await ended(spy);
  expect(blocks().length, 'processes that the spy stopped in time').to.be.greaterThan(0);
  return blocks().flatMap((block) => block.trim().split('\n').slice(0, -1));
}

describe('attacks on exec from inside the container', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  it('who joins is closed to the root of the container: no ptrace, no fd, no memory (CVE-2016-9962)', async () => {
    await using container = await waiting();
    for (const line of await spied(container, [])) expect(line).to.match(/ (Permission denied|Operation not permitted)$/);
  });

  it('and to one that has every capability in its user namespace', async () => {
    await using container = await waiting({
      change: (config) => {
        config.process!.capabilities = undefined;
        config.linux!.namespaces!.push({ type: 'user' });
        config.linux!.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
        config.linux!.gidMappings = config.linux!.uidMappings;
      },
    });
    chmodSync(join(container.made.rootfs, 'tmp'), 0o777);
    for (const line of await spied(container, [])) expect(line).to.match(/ (Permission denied|Operation not permitted)$/);
  });

  it('who may look at any process sees nothing of the host in it (CVE-2024-21626)', async () => {
    await using container = await waiting({
      change: (config) => {
        const capabilities = [...config.process!.capabilities!.bounding!, 'CAP_SYS_PTRACE'];
        config.process!.capabilities = { bounding: capabilities, effective: capabilities, permitted: capabilities };
      },
    });
    const seen = await spied(container, []);
    expect(seen.filter((line) => line.startsWith('root ') || line.startsWith('cwd ')))
      .to.include('root -> /')
      .and.to.include('cwd -> /');
    // Of files there is the /etc/passwd of the container, where it looks for a home.
    for (const line of seen.filter((one) => one.startsWith('fd/')))
      expect(line).to.match(/^fd\/\d+( -> (\/dev\/null|\/etc\/passwd|(pipe|socket):\[\d+\])| No such file or directory)$/);
  });

  it('a user that is no number in decimal digits is none, and never root (CVE-2026-30892)', async () => {
    await using container = await waiting();
    const hostile = [
      'root',
      '',
      ' ',
      ':',
      ':0',
      '0:',
      '1:root',
      '-1',
      '+1',
      '1 ',
      ' 1',
      '0x0',
      '1e3',
      '1.0',
      '1,0',
      '1:2:3',
      '4294967295',
      '4294967296',
      '1:4294967296',
      '18446744073709551616',
      '٣',
      '1\n',
    ];
    for (const user of hostile) {
      const { code, stdout, stderr } = await container.exec([`--user=${user}`], ['id']);
      expect(stderr, JSON.stringify(user)).to.match(/bad (uid|gid): "/);
      expect({ code, stdout }, JSON.stringify(user)).to.deep.equal({ code: 255, stdout: '' });
    }
    for (const group of ['-1', 'root', '', '4294967295', '1,2'])
      expect((await container.exec([`--additional-gids=${group}`], ['id'])).stderr, group).to.include('bad additional gid');
    expect((await container.exec(['-u', '0000000010:010'], ['id'])).stdout).to.equal('uid=10 gid=10\n');
  });

  it('a working directory behind an fd that leaked to the runtime leads nowhere (CVE-2024-21626)', async () => {
    await using container = await waiting();
    const leak = openSync('/', 'r');
    try {
      for (let fd = 3; fd < 14; fd++) {
        const stdio = ['ignore', 'pipe', 'pipe', ...Array.from({ length: 8 }, () => leak)] as const;
        const child = container.spawn(['--cwd', `/proc/self/fd/${String(fd)}`], ['ls'], [...stdio]);
        let output = '';
        child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
        child.stderr!.resume();
        expect(await ended(child), String(fd)).to.equal(255);
        expect(output, String(fd)).to.equal('');
      }
      // Even one that is to be kept.
      const child = container.spawn(['--preserve-fds', '1', '--cwd', '/proc/self/fd/3'], ['ls'], ['ignore', 'ignore', 'pipe', leak]);
      let complaint = '';
      child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
      expect(await ended(child)).to.equal(255);
      await until(() => complaint.endsWith('\n'), 'its complaint');
      expect(complaint).to.include("outside of the container's root");
    } finally {
      closeSync(leak);
    }
  });

  it('a set-user-ID program gives nothing where there are no new privileges', async () => {
    await using container = await waiting({
      change: (config) => {
        config.process!.noNewPrivileges = false;
        const capabilities = ['CAP_SETUID', 'CAP_SETGID'];
        config.process!.capabilities = { bounding: capabilities, effective: capabilities, permitted: capabilities };
      },
    });
    const suid = join(container.made.rootfs, 'bin/suid');
    const source = join(container.root, 'suid.c');
    writeFileSync(source, '#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf("%d\\n", geteuid()); return 0; }\n');
    expect((await run('cc', ['-static', '-o', suid, source])).code).to.equal(0);
    chmodSync(suid, 0o4755);
    expect((await container.exec(['-u', '1000'], ['suid'])).stdout).to.equal('0\n');
    expect((await container.exec(['-u', '1000', '--no-new-privs'], ['suid'])).stdout).to.equal('1000\n');
  });

  it("a pid that is another process's by now is not joined", async () => {
    const other = spawn('sleep', ['100'], { stdio: 'ignore' });
    try {
      await using container = await waiting();
      const file = join(container.root, container.id, 'state.json');
      const record = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; pidfdInode: string };
      // It is older than the container, so its start tells nothing; what tells is the pidfd.
      writeFileSync(file, JSON.stringify({ ...record, pid: other.pid }));
      const child = await container.exec([], ['sh', '-c', 'echo reached > /tmp/reached']);
      expect(child.stderr).to.match(/has ended, and process \d+ is another one|has the mounts of this runtime/);
      expect(child.code).to.equal(255);
      writeFileSync(file, JSON.stringify(record));
      expect((await container.exec([], ['true'])).code).to.equal(0);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('a command that is /proc/self/exe runs no part of the runtime', async () => {
    await using container = await waiting({ script: 'ln -s /proc/self/exe /tmp/entry' });
    const { code, stdout } = await container.exec([], ['/tmp/entry']);
    expect(stdout).to.equal('');
    expect(code).not.to.equal(0);
  });

  it('a terminal is made on a devpts and on nothing else', async () => {
    await using container = await waiting({
      change: (config: Config) => (config.mounts = config.mounts!.filter(({ type }) => type !== 'devpts')),
      script: 'mkdir -p /dev/pts; ln -s /dev/null /dev/pts/ptmx',
    });
    const { code, stderr } = await container.exec(['--tty'], ['true']);
    expect(stderr).to.include('is not a devpts, which a terminal needs');
    expect(code).to.equal(255);
  });

  it("the /etc/passwd of the container can't hold it up", async () => {
    await using container = await waiting({ script: 'rm /etc/passwd; mkfifo /etc/passwd' });
    expect((await container.exec([], ['sh', '-c', 'echo $HOME'])).stdout).to.equal('/\n');
  });

  it("the host's devices on the standard streams keep their owner", async () => {
    await using container = await waiting();
    const before = statSync('/dev/null');
    expect(await ended(container.spawn(['-u', '1000'], ['true'], 'ignore'))).to.equal(0);
    expect([statSync('/dev/null').uid, statSync('/dev/null').gid]).to.deep.equal([before.uid, before.gid]);
  });
});
