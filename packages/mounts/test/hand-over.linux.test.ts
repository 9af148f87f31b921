import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Mount } from '../src/index.js';
import { inHalves } from './halves.js';

describe('binds that the host half hands over', () => {
  let dir: string;
  let source: string;
  let target: string;

  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
  });
  leaveNothing({ ignore: ['state'] });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-hand-over-'));
    chmodSync(dir, 0o755);
    source = join(dir, 'private/source');
    target = join(dir, 'target');
    mkdirSync(source, { recursive: true });
    mkdirSync(target);
    writeFileSync(join(source, 'file'), 'content\n');
    chownSync(join(source, 'file'), 5, 6);
    chmodSync(join(dir, 'private'), 0o700);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it("reach what is closed to the container's root, and map its ids", async () => {
    const bind = { destination: target, source, options: ['rbind', 'ro'] };
    const look = `cat ${target}/file && stat -c %u:%g ${target}/file; touch ${target}/x 2>&1 | grep -o 'Read-only file system'`;
    expect(await inHalves(look, [bind])).to.deep.include({ stdout: 'content\n65534:65534\nRead-only file system\n', stderr: '' });
    expect(await inHalves(look, [{ ...bind, options: ['rbind', 'ridmap', 'ro'] }])).to.deep.include({
      stdout: 'content\n5:6\nRead-only file system\n',
      stderr: '',
    });
    const own = {
      uidMappings: [{ containerID: 5, hostID: 100_007, size: 1 }],
      gidMappings: [{ containerID: 6, hostID: 100_008, size: 1 }],
    };
    expect((await inHalves(look, [{ ...bind, ...own }])).stdout).to.match(/\n7:8\n/);
  });

  it('keep the locks of what the host has read-only', async () => {
    // Mounted in a mount namespace of ours, so that nothing of it is left.
    const script = join(dir, 'run.mjs');
    const inside = `mount -o remount,bind,rw ${target} 2>/dev/null || echo locked; grep -o ' ${target} r[ow]' /proc/self/mountinfo`;
    writeFileSync(
      script,
      `import { inHalves } from ${JSON.stringify(import.meta.resolve('./halves.js'))};
       const { stdout, stderr } = await inHalves(${JSON.stringify(inside)}, [{ destination: ${JSON.stringify(target)}, source: ${JSON.stringify(source)}, options: ['bind'] }]);
       process.stdout.write(stdout); process.stderr.write(stderr);`,
    );
    const mount = `mount --bind ${source} ${source} && mount -o remount,bind,ro ${source} && ${process.execPath} ${script}`;
    expect(await run('unshare', ['--mount', 'sh', '-c', mount])).to.include({ stdout: `locked\n ${target} ro\n`, stderr: '' });
  });

  it('leave the last word to the container when it fails first', async () => {
    const many = [...Array(400).keys()].map((): Mount => ({ destination: target, source, options: ['bind'] }));
    for (let i = 0; i < 5; i++) {
      const { code, stderr } = await inHalves('true', [{ destination: target, type: 'tmpfs', options: ['size=bad'] }, ...many]);
      expect({ code, stderr }).to.deep.equal({
        code: 0,
        stderr: `container: mount "tmpfs" on "${target}": set its option "size=bad": invalid argument\n`,
      });
    }
  });

  it('are more than the socket holds', async () => {
    const many = [...Array(400).keys()].map((i): Mount => ({
      destination: target,
      source: i % 2 === 0 ? source : '/etc',
      options: ['rbind'],
    }));
    expect(await inHalves(`grep -c ' ${target} ' /proc/self/mountinfo`, many)).to.deep.include({ stdout: '400\n', stderr: '' });
  });

  it('are named when their source is missing', async () => {
    const { code, stderr } = await inHalves('true', [{ destination: target, source: `${source}/absent`, options: ['bind'] }]);
    expect(code).to.equal(1);
    expect(stderr).to.include(`bind "${source}/absent" on "${target}": open its source: no such file or directory\n`);
  });
});
