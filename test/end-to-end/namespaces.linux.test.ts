import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { defaultSpec } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type Config, shell } from './specs.js';
import { freshId, standpipe, standpipeAsUser } from './standpipe.js';

describe('standpipe run with namespaces', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  const mapping = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

  function inUserNamespace(script: string): object {
    return shell(script, (config) => {
      config.linux!.namespaces!.push({ type: 'user' });
      config.linux!.uidMappings = mapping;
      config.linux!.gidMappings = mapping;
    });
  }

  it('maps the ids of a user namespace, as root', async () => {
    using made = bundle(
      inUserNamespace(
        'id -u; cat /proc/self/uid_map | tr -s " "; touch /tmp/x; stat -c %u:%g /tmp/x; mount -t tmpfs x /mnt && echo mounted; echo 1 > /proc/sys/kernel/panic',
      ),
      {
        owner: { uid: 100_000, gid: 100_000 },
      },
    );
    const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(stdout).to.equal('0\n 0 100000 65536\n0:0\n');
    expect(stderr).to.match(/mount: permission denied[^]*can't create \/proc\/sys\/kernel\/panic/);
    expect(code).to.equal(1);
  });

  it('runs as an ordinary user', async function () {
    needs(this, 'setpriv');
    const home = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    try {
      await run('chown', ['1000:1000', home]);
      using made = bundle({}, { owner: { uid: 1000, gid: 1000 } });
      chmodSync(made.path, 0o755);
      const config = structuredClone(defaultSpec({ rootless: { uid: 1000, gid: 1000 } })) as Config;
      config.process!.terminal = false;
      config.process!.args = [
        '/bin/sh',
        '-c',
        'id -u; id -g; hostname; cat /proc/self/uid_map | tr -s " "; touch /x 2>&1; ls /sys/kernel >/dev/null && echo sys',
      ];
      made.configure(config);
      const { code, stdout, stderr } = await standpipeAsUser(['run', '--bundle', made.path, freshId()], home);
      expect(stderr).to.equal('');
      expect(stdout).to.equal('0\n0\nstandpipe\n 0 1000 1\ntouch: /x: Read-only file system\nsys\n');
      expect(code).to.equal(0);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('tells an ordinary user what is missing, before anything is touched', async () => {
    const home = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    try {
      await run('chown', ['1000:1000', home]);
      using made = bundle(shell('true'), { owner: { uid: 1000, gid: 1000 } });
      chmodSync(made.path, 0o755);
      const { code, stderr } = await standpipeAsUser(['run', '--bundle', made.path, freshId()], home);
      expect(stderr)
        .to.include('an ordinary user can make and join namespaces only with a user namespace')
        .and.to.include('of type "user"');
      expect(code).to.equal(1);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('joins a network namespace, and leaves it as it was', async function () {
    needs(this, 'unshare');
    const holder = spawn('unshare', ['--net', 'sleep', '100'], { stdio: 'ignore' });
    try {
      const path = `/proc/${String(holder.pid)}/ns/net`;
      const own = readlinkSync('/proc/self/ns/net');
      for (
        let i = 0;
        i < 200 && (readlinkSync(path) === own || readFileSync(`/proc/${String(holder.pid)}/comm`, 'utf8') !== 'sleep\n');
        i++
      )
        await new Promise((resolve) => setTimeout(resolve, 10));
      const joined = readlinkSync(path);
      using made = bundle(
        shell('readlink /proc/self/ns/net', (config) => {
          config.linux!.namespaces = config.linux!.namespaces!.map((namespace) =>
            namespace.type === 'network' ? { type: 'network', path } : namespace,
          );
        }),
      );
      const { code, stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `${joined}\n` });
    } finally {
      holder.kill('SIGKILL');
      await new Promise((resolve) => holder.once('exit', resolve));
    }
  });

  it('sets the clocks of a time namespace', async () => {
    using made = bundle(
      shell('cut -d. -f1 /proc/uptime', (config) => {
        config.linux!.namespaces!.push({ type: 'time' });
        config.linux!.timeOffsets = { boottime: { secs: 1_000_000_000 }, monotonic: { secs: 5 } };
      }),
    );
    const { stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(Number(stdout)).to.be.greaterThan(1_000_000_000);
  });
});
