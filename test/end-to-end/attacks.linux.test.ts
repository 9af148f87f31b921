import {
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  rmSync,
  mkdtempSync,
  constants,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { shell, specOf } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

async function runIn(made: Bundle, config: object): Promise<{ code: number | null; stdout: string; stderr: string }> {
  made.configure(config);
  const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
  return { code, stdout, stderr };
}

describe('attacks from a bundle and from inside a container', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('the running init is out of reach for writing (CVE-2019-5736)', async () => {
    // Sharing the host's pids is the worst case: /proc/PID/exe of the host half is in sight.
    using made = bundle({});
    const { stdout } = await runIn(
      made,
      shell(
        'for p in /proc/[0-9]*; do case $(readlink $p/exe) in /memfd:standpipe-init*) echo found; (echo x > $p/exe) 2>&1; (echo x >> $p/exe) 2>&1;; esac; done | sort | uniq -c',
        (config) => {
          config.linux!.namespaces = config.linux!.namespaces!.filter(({ type }) => type !== 'pid');
          config.process!.capabilities = undefined;
        },
      ),
    );
    expect(stdout).to.include('found');
    expect(stdout).to.match(/(Text file busy|Operation not permitted|Permission denied)/);
    expect(stdout).not.to.match(/^\s+0/);
  });

  it('an entry point that is /proc/self/exe runs no part of the runtime', async () => {
    using made = bundle({});
    symlinkSync('/proc/self/exe', join(made.rootfs, 'entry'));
    const { code, stdout } = await runIn(made, specOf(['/entry']));
    expect(stdout).to.equal('');
    expect(code).not.to.equal(0);
  });

  it('no fd of the runtime or its caller is open in the container (CVE-2024-21626)', async () => {
    using made = bundle(shell('ls /proc/self/fd | wc -l; ls -l /proc/self/fd'));
    const leak = openSync('/', constants.O_RDONLY);
    try {
      const child = spawn(process.execPath, [standpipePath, 'run', '--bundle', made.path, freshId()], {
        stdio: ['ignore', 'pipe', 'inherit', leak, leak],
      });
      let output = '';
      child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
      await new Promise((resolve) => child.once('close', resolve));
      // 0, 1, 2 and the directory that ls itself reads.
      expect(output.split('\n')[0]).to.equal('4');
    } finally {
      closeSync(leak);
    }
  });

  for (const fd of [3, 4, 5, 6, 7, 8, 9, 10]) {
    it(`a working directory of /proc/self/fd/${String(fd)} leads nowhere (CVE-2024-21626)`, async () => {
      using made = bundle({});
      const { code, stdout, stderr } = await runIn(
        made,
        shell('pwd; ls', (config) => (config.process!.cwd = `/proc/self/fd/${String(fd)}`)),
      );
      expect(stdout).to.equal('');
      expect(code).to.equal(1);
      expect(stderr).to.match(/working directory "\/proc\/self\/fd/);
    });
  }

  it('a /proc in the root that is a link is not mounted on (CVE-2019-19921)', async () => {
    using made = bundle({});
    rmSync(join(made.rootfs, 'proc'), { recursive: true });
    mkdirSync(join(made.rootfs, 'elsewhere'));
    symlinkSync('/elsewhere', join(made.rootfs, 'proc'));
    const { code, stdout, stderr } = await runIn(made, shell('ls /elsewhere'));
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/"\/proc"/);
  });

  it('a mount over /proc or into it is refused (CVE-2023-27561, CVE-2023-28642)', async () => {
    using made = bundle({});
    for (const destination of ['/proc/self/attr', '/proc/sys', '/proc/1', '/proc']) {
      const { code, stderr } = await runIn(
        made,
        specOf(['true'], (config) => config.mounts!.push({ destination, type: 'tmpfs', source: 'tmpfs', options: [] })),
      );
      expect(stderr, destination).to.include(`"${destination}"`);
      expect(code, destination).to.equal(1);
    }
  });

  it('destinations through links stay in the root (CVE-2021-30465)', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
    try {
      using made = bundle({});
      symlinkSync(outside, join(made.rootfs, 'absolute'));
      symlinkSync(`${'../'.repeat(20)}${outside.slice(1)}`, join(made.rootfs, 'climbing'));
      const config = shell('echo x > /absolute/a/file && echo y > /climbing/b/file', ({ mounts }) => {
        for (const destination of ['/absolute/a', '/climbing/b'])
          mounts!.push({ destination, type: 'tmpfs', source: 'tmpfs', options: [] });
      });
      // While the links' target is not there in the root they dangle.
      const dangling = await runIn(made, config);
      expect(readdirSync(outside)).to.deep.equal([]);
      expect(dangling.stderr).to.include('mount "tmpfs" on "/absolute/a"');
      expect(dangling.code).to.equal(1);
      mkdirSync(join(made.rootfs, outside), { recursive: true });
      const { code, stderr } = await runIn(made, config);
      expect(readdirSync(outside)).to.deep.equal([]);
      expect(code, stderr).to.equal(0);
      expect(readdirSync(join(made.rootfs, outside))).to.deep.equal(['a', 'b']);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('a directory that becomes a link while it is mounted on does not lead out (CVE-2021-30465, CVE-2024-45310)', async function () {
    this.timeout(60_000);
    const outside = mkdtempSync(join(tmpdir(), 'standpipe-outside-'));
    using made = bundle({});
    const flipper = spawn(
      '/bin/sh',
      [
        '-c',
        `cd ${made.rootfs}; mkdir -p real; ln -s ${outside} link; while :; do mv -T real swap 2>/dev/null; mv -T link real 2>/dev/null; mv -T real link 2>/dev/null; mv -T swap real 2>/dev/null; done`,
      ],
      { stdio: 'ignore' },
    );
    try {
      const before = readFileSync('/proc/self/mountinfo', 'utf8');
      for (let i = 0; i < 25; i++) {
        await runIn(
          made,
          shell('true', (config) => {
            config.mounts!.push({ destination: '/real/deep/er', type: 'tmpfs', source: 'tmpfs', options: [] });
            config.mounts!.push({ destination: '/swap/file', type: 'bind', source: '/etc/hostname', options: ['bind'] });
          }),
        );
        expect(readdirSync(outside)).to.deep.equal([]);
      }
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).to.equal(before);
    } finally {
      flipper.kill('SIGKILL');
      await new Promise((resolve) => flipper.once('exit', resolve));
      rmSync(outside, { recursive: true });
    }
  });

  it("a /dev/null that isn't one masks nothing: the start fails (CVE-2025-31133)", async () => {
    using made = bundle({});
    const { code, stdout, stderr } = await runIn(
      made,
      shell('cat /proc/kcore | wc -c', (config) => {
        // A /dev of the attacker's: a link where /dev/null should be.
        mkdirSync(join(made.path, 'dev'));
        symlinkSync('/etc/passwd', join(made.path, 'dev/null'));
        config.mounts = config
          .mounts!.map((mount) =>
            mount.destination === '/dev' ? { destination: '/dev', type: 'bind', source: join(made.path, 'dev'), options: ['bind'] } : mount,
          )
          .filter(({ destination }) => !destination.startsWith('/dev/'));
      }),
    );
    expect(code).to.equal(1);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/null/);
  });

  it('inheritable and ambient capabilities are empty unless asked for (CVE-2022-29162)', async () => {
    using made = bundle({});
    const { stdout } = await runIn(
      made,
      shell('grep -E "Cap(Inh|Amb)" /proc/self/status', (config) => {
        const some = ['CAP_CHOWN', 'CAP_KILL'];
        config.process!.capabilities = { bounding: some, effective: some, permitted: some };
      }),
    );
    expect(stdout).to.equal('CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n');
  });

  it("no supplementary group of the caller's stays", async () => {
    using made = bundle(shell('id -G'));
    const { stdout } = await run('setpriv', ['--groups=4,24,27', process.execPath, standpipePath, 'run', '--bundle', made.path, freshId()]);
    expect(stdout).to.equal('0\n');
  });

  it("never gives away the caller's /dev/null", async () => {
    using made = bundle(shell('true', (config) => (config.process!.user = { uid: 1000, gid: 1000 })));
    const stat = async (): Promise<string> => (await run('stat', ['-c', '%u:%g %a', '/dev/null'])).stdout;
    const before = await stat();
    const child = spawn(process.execPath, [standpipePath, 'run', '--bundle', made.path, freshId()], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('exit', resolve));
    expect(await stat()).to.equal(before);
  });

  it('ids are names, never paths', async () => {
    using made = bundle(specOf(['true']));
    for (const id of ['..', '.', 'a/b', '../../etc', 'a b', '', `a\u0001b`, 'a'.repeat(2000)]) {
      const { code, stderr } = await standpipe(['run', '--bundle', made.path, '--', id]);
      expect([code === 0, stderr.length > 0], JSON.stringify(id)).to.deep.equal([false, true]);
    }
  });

  it('a config that is no config is refused, whatever it is', async () => {
    using made = bundle({});
    for (const text of [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{"ociVersion":1}',
      `{"ociVersion":"1.3.0","process":{"args":["${'a'.repeat(3_000_000)}"]}}`,
      '{"__proto__":{"ociVersion":"1.3.0"}}',
    ]) {
      writeFileSync(join(made.path, 'config.json'), text);
      const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect({ code, stdout }, text.slice(0, 40)).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(/^standpipe: /);
      expect(stderr).not.to.include('TypeError');
    }
  });
});
