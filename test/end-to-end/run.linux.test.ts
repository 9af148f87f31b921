import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, findProgram, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import type { Spec } from '@standpipe/oci-spec';
import { dockerLike, shell, specOf } from './specs.js';
import { freshId, standpipe } from './standpipe.js';

/** Runs a bundle of that config; the files of a Docker-like one lie beside it. */
async function runConfig(
  config: Spec | ((path: string) => Spec),
  input?: string,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  using made = bundle({});
  made.configure(typeof config === 'function' ? config(made.path) : config);
  const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()], input === undefined ? {} : { input });
  return { code, stdout, stderr };
}

function withFiles(path: string): string {
  const files = join(path, 'files');
  mkdirSync(files);
  for (const name of ['hosts', 'hostname', 'resolv.conf']) writeFileSync(join(files, name), `${name} of the container\n`);
  return files;
}

describe('standpipe run', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('runs the bundle that runc spec makes', async function () {
    needs(this, 'runc');
    using made = bundle({});
    const file = join(made.path, 'config.json');
    await run(findProgram('rm')!, ['-f', file]);
    expect((await run(findProgram('runc')!, ['spec', '--bundle', made.path])).code).to.equal(0);
    const config = JSON.parse(readFileSync(file, 'utf8')) as { process: { terminal: boolean; args: string[] } };
    made.configure({
      ...config,
      process: { ...config.process, terminal: false, args: ['sh', '-c', 'hostname; echo $$; id -u; touch /x 2>&1; pwd'] },
    });
    const { code, stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(stdout).to.equal('runc\n1\n0\ntouch: /x: Read-only file system\n/\n');
    expect(code).to.equal(0);
  });

  it('runs one as Docker makes them', async () => {
    const script = 'hostname; cat /etc/hostname; wc -c < /proc/keys; ls /sys/firmware | wc -l; cat /dev/null > /proc/sys/kernel/hostname';
    const { code, stdout, stderr } = await runConfig((path) => dockerLike(['/bin/sh', '-c', script], withFiles(path)));
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 1,
      stdout: '0123456789ab\nhostname of the container\n0\n0\n',
      stderr: "/bin/sh: can't create /proc/sys/kernel/hostname: Read-only file system\n",
    });
  });

  it("exits with the process's code", async () => {
    expect(await runConfig(shell('echo out; echo err >&2; exit 7'))).to.deep.equal({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('exits with 128 and the signal that ended the process', async () => {
    // As init of its pid namespace it is spared its own signals, so its child dies and it says so.
    expect(
      (
        await runConfig(
          specOf(
            ['/bin/sh', '-c', 'kill -9 $$; sleep 1; exit 3'],
            (config) => (config.linux!.namespaces = config.linux!.namespaces!.filter(({ type }) => type !== 'pid')),
          ),
        )
      ).code,
    ).to.equal(137);
  });

  it('warns of a capability that no kernel has, once and with the pointer to it', async () => {
    const { code, stderr } = await runConfig(specOf(['true'], (config) => (config.process!.capabilities = { bounding: ['CAP_FLY'] })));
    expect(stderr).to.match(/^standpipe: warning: \/process\/capabilities\/bounding\/0 .*CAP_FLY.*\n$/);
    expect(code).to.equal(0);
  });

  it('passes standard input on', async () => {
    expect((await runConfig(specOf(['cat']), 'through and through')).stdout).to.equal('through and through');
  });

  it('sets user, groups, directory and environment', async () => {
    const { stdout } = await runConfig(
      shell('id -u; id -g; id -G; pwd; echo $GREETING; umask', (config) => {
        config.process!.user = { uid: 1000, gid: 1001, additionalGids: [5, 50], umask: 0o27 };
        config.process!.cwd = '/var/new/place';
        config.process!.env = ['PATH=/bin', 'GREETING=hello'];
      }),
    );
    expect(stdout).to.equal('1000\n1001\n1001 5 50\n/var/new/place\nhello\n0027\n');
  });

  it('has the root read-only when asked', async () => {
    const { stdout } = await runConfig(
      shell('echo x > /file; echo y > /dev/shm/file && cat /dev/shm/file', (config) => (config.root.readonly = true)),
    );
    expect(stdout).to.equal('y\n');
  });

  it('has 200 mounts', async () => {
    const { code, stdout } = await runConfig((path) =>
      shell('grep -c /many/ /proc/self/mountinfo; cat /many/199/file', (config) => {
        mkdirSync(join(path, 'source'));
        writeFileSync(join(path, 'source/file'), 'at the end\n');
        config.mounts = [
          ...(config.mounts ?? []),
          ...Array.from({ length: 200 }, (_, i) => ({
            destination: `/many/${String(i)}`,
            type: 'bind',
            source: join(path, 'source'),
            options: ['bind', 'ro'],
          })),
        ];
      }),
    );
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '200\nat the end\n' });
  });

  it('binds with mapped ids', async () => {
    const { stdout, stderr, code } = await runConfig((path) =>
      shell('stat -c %u:%g /mapped/file /plain/file; touch /mapped/new; stat -c %u:%g /mapped/new /plain/new', (config) => {
        const source = join(path, 'rootfs/var/data');
        mkdirSync(source);
        writeFileSync(join(source, 'file'), '');
        for (const own of [source, join(source, 'file')]) chownSync(own, 7000, 7000);
        // What is 7000 on the disk is 0 on the mount, and what root makes there is 7000 on the disk.
        const mapping = [{ containerID: 7000, hostID: 0, size: 1000 }];
        config.mounts = [
          ...(config.mounts ?? []),
          { destination: '/plain', type: 'bind', source, options: ['bind'] },
          { destination: '/mapped', type: 'bind', source, options: ['bind', 'idmap'], uidMappings: mapping, gidMappings: mapping },
        ];
      }),
    );
    expect({ stdout, stderr, code }).to.deep.equal({ stdout: '0:0\n7000:7000\n0:0\n7000:7000\n', stderr: '', code: 0 });
  });

  describe('fails with a clear error, exits with 1 and leaves nothing when', () => {
    const cases: readonly [string, () => Spec, RegExp][] = [
      [
        'the command is missing',
        () => specOf(['/bin/nothing']),
        /^standpipe: exec: "\/bin\/nothing": stat \/bin\/nothing: no such file or directory/,
      ],
      ['the command is not on PATH', () => specOf(['nothing']), /^standpipe: exec: "nothing": executable file not found in \$PATH/],
      ['the command is a directory', () => specOf(['/etc']), /^standpipe: exec: "\/etc": is a directory/],
      ['the command is not executable', () => specOf(['/etc/hosts']), /^standpipe: exec: "\/etc\/hosts": permission denied/],
      [
        'the source of a mount is missing',
        () =>
          specOf(['true'], (config) =>
            config.mounts!.push({ destination: '/m', type: 'bind', source: '/no/such/source', options: ['bind'] }),
          ),
        /"\/no\/such\/source".*no such file or directory/i,
      ],
      ['the root is missing', () => specOf(['true'], (config) => (config.root.path = 'nowhere')), /nowhere.*no such file or directory/i],
      [
        'a namespace to join is none',
        () => specOf(['true'], (config) => config.linux!.namespaces!.push({ type: 'time', path: '/etc/passwd' })),
        /"\/etc\/passwd" is not a time namespace/,
      ],
      ['the id is no name', () => ({ ...specOf(['true']), ociVersion: 'zero' }), /ociVersion/],
    ];
    for (const [what, config, message] of cases) {
      it(what, async () => {
        const { code, stdout, stderr } = await runConfig(config());
        expect(stderr).to.match(message);
        expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      });
    }

    it('an option has an unknown value: with the pointer to it, before anything is touched', async () => {
      const { code, stderr } = await runConfig(specOf(['true'], (config) => (config.linux!.rootfsPropagation = 'upwards' as never)));
      expect(stderr).to.match(/\n {2}\/linux\/rootfsPropagation: "upwards" is no mount propagation\n {4}expected: .*slave/);
      expect(code).to.equal(1);
    });

    it('there is no bundle', async () => {
      const { code, stderr } = await standpipe(['run', '--bundle', '/nowhere', freshId()]);
      expect(stderr).to.match(/^standpipe: read "\/nowhere\/config\.json"\n {2}because: ENOENT.*\n {2}hint: /);
      expect(code).to.equal(1);
    });
  });

  it('says what it does not put into effect, and refuses it when strict', async () => {
    using made = bundle(shell('echo ran', (config) => (config.linux!.intelRdt = { closID: 'guaranteed', l3CacheSchema: 'L3:0=f' })));
    const lax = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(lax).to.deep.include({ code: 0, stdout: 'ran\n' });
    expect(lax.stderr).to.match(/warning: \/linux\/intelRdt .*\(rdt\)/);
    const strict = await standpipe(['run', '--strict', '--bundle', made.path, freshId()]);
    expect(strict).to.deep.include({ code: 1, stdout: '' });
    expect(strict.stderr).to.include('/linux/intelRdt').and.to.include('hint:');
  });

  it('writes the pid file, and appends a failure to the log as JSON', async () => {
    using made = bundle(shell('sleep 0.3; true'));
    const [pidFile, log] = [join(made.path, 'pid'), join(made.path, 'log')];
    const running = standpipe(['run', '--bundle', made.path, '--pid-file', pidFile, freshId()]);
    let pid = '';
    for (let i = 0; i < 200 && pid === ''; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (readdirSync(made.path).includes('pid')) pid = readFileSync(pidFile, 'utf8');
    }
    expect(pid).to.match(/^\d+$/);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).to.include('sh');
    expect((await running).code).to.equal(0);
    made.configure(specOf(['/bin/nothing']));
    await standpipe(['--log', log, '--log-format', 'json', 'run', '--bundle', made.path, freshId()]);
    const entry = JSON.parse(readFileSync(log, 'utf8')) as Record<string, string>;
    expect(entry).to.have.keys('level', 'msg', 'time');
    expect(entry).to.deep.include({ level: 'error', msg: 'standpipe: exec: "/bin/nothing": stat /bin/nothing: no such file or directory' });
    expect(Date.now() - Date.parse(entry['time'] ?? '')).to.be.lessThan(60_000);
  });
});
