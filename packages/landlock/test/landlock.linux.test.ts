import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { leaveNothing, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type LandlockPolicy, type PathRule, readLandlockAbi, spawnConfined } from '../src/index.js';

const abi = readLandlockAbi();
/** What a shell of this machine takes to run. */
const system: readonly PathRule[] = [
  ...['/usr', '/bin', '/lib', '/lib64'].map((path) => ({ path, allow: ['read', 'execute'] as const, follow: true, optional: true })),
  { path: '/dev/null', allow: ['read_file', 'write_file'] },
];

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function confined(policy: LandlockPolicy, command: string, ...args: string[]): Promise<Ran> {
  const child = spawnConfined(command, args, policy, { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

const sh = async (policy: LandlockPolicy, script: string): Promise<Ran> => confined(policy, 'sh', '-c', script);

describe('Landlock on Linux', () => {
  let directory: string;
  before(function () {
    if (abi === 0) skip(this, 'this kernel has no Landlock');
    directory = mkdtempSync(join(tmpdir(), 'standpipe-landlock-'));
    for (const name of ['open', 'shut']) {
      mkdirSync(join(directory, name));
      writeFileSync(join(directory, name, 'file'), `${name}\n`);
    }
    symlinkSync('shut', join(directory, 'link'));
  });
  after(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true });
  });
  leaveNothing();

  it('lets a command read where it may, and nowhere else', async () => {
    const policy = { paths: [...system, { path: join(directory, 'open'), allow: ['read'] as const }] };
    const { code, stdout, stderr } = await sh(
      policy,
      `cd ${directory}; cat open/file; cat shut/file; ls shut; echo > open/new; rm open/file`,
    );
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'open\n' });
    expect(stderr.match(/Permission denied/g)).to.have.length(4);
    expect(readFileSync(join(directory, 'open/file'), 'utf8')).to.equal('open\n');
  });

  it('lets it write where it may', async () => {
    const policy = { paths: [...system, { path: join(directory, 'open'), allow: ['read', 'write'] as const }] };
    const script = `cd ${directory}/open; echo new > new; mkdir sub; mv new sub/moved; cat sub/moved; ln -s x y; rm -r sub y; mknod node c 1 3`;
    const { stdout, stderr } = await sh(policy, script);
    expect(stdout).to.equal('new\n');
    // Device nodes are in no group.
    expect(stderr).to.match(/^mknod: .*Permission denied\n$/);
  });

  it('allows a single file', async () => {
    const policy = { paths: [...system, { path: join(directory, 'shut/file'), allow: ['read', 'write'] as const }] };
    const { stdout, stderr } = await sh(policy, `cat ${directory}/shut/file; ls ${directory}/shut; rm ${directory}/shut/file`);
    expect(stdout).to.equal('shut\n');
    expect(stderr.match(/Permission denied/g)).to.have.length(2);
  });

  it('holds for what the command starts, and can not be left', async () => {
    const policy = { paths: system };
    const { stdout, stderr } = await sh(
      policy,
      `sh -c 'cat ${directory}/open/file' & wait; grep NoNewPrivs /proc/self/status || cat /etc/passwd`,
    );
    expect(stdout).to.equal('');
    expect(stderr.match(/Permission denied/g)).to.have.length(3);
  });

  it('says why a command that it must not execute did not start', async () => {
    const { code, stderr } = await confined({ paths: [] }, '/usr/bin/id');
    expect({ code, stderr }).to.deep.equal({ code: 125, stderr: 'run "/usr/bin/id": permission denied\n' });
  });

  it('follows no link unless told to, and needs every path unless told otherwise', async () => {
    const at = (path: string, more: Partial<PathRule> = {}): LandlockPolicy => ({ paths: [...system, { path, allow: ['read'], ...more }] });
    const link = join(directory, 'link');
    expect((await sh(at(link), 'true')).stderr).to.match(
      /^allow read below ".*link" \(links are not followed unless the rule says so\): too many .*links\n$/i,
    );
    expect((await sh(at(link, { follow: true }), `cat ${directory}/shut/file`)).stdout).to.equal('shut\n');
    expect((await sh(at('/nowhere'), 'true')).stderr).to.match(/^allow read below "\/nowhere".*: no such file/i);
    expect(await sh(at('/nowhere', { optional: true }), 'echo fine')).to.deep.equal({ code: 0, stdout: 'fine\n', stderr: '' });
  });

  it('lets it connect to the ports that it may', async function () {
    if (abi < 4) skip(this, `TCP takes Landlock ABI 4, and this kernel has ${String(abi)}`);
    const server = createServer((socket) => socket.end('hello\n'));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const connect = `exec 3<>/dev/tcp/127.0.0.1/${String(port)} && cat <&3`;
      const allowed = await confined({ ports: [{ port, allow: ['connect_tcp'] }] }, 'bash', '-c', connect);
      expect(allowed).to.deep.equal({ code: 0, stdout: 'hello\n', stderr: '' });
      for (const ports of [[], [{ port: port + 1, allow: ['connect_tcp'] as const }], [{ port, allow: ['bind_tcp'] as const }]])
        expect((await confined({ ports }, 'bash', '-c', connect)).stderr).to.include('Permission denied');
    } finally {
      await new Promise((resolve) => void server.close(resolve));
    }
  });

  it('keeps signals inside', async function () {
    if (abi < 6) skip(this, `scopes take Landlock ABI 6, and this kernel has ${String(abi)}`);
    const script = `kill -0 ${String(process.pid)}; sleep 10 & kill $! && echo fine`;
    const { stdout, stderr } = await sh({ scopes: ['signal'] }, script);
    expect(stdout).to.equal('fine\n');
    expect(stderr).to.match(/Operation not permitted|Permission denied/);
  });
});
