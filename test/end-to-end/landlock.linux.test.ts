import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readLandlockAbi } from '@standpipe/landlock';
import { bundle, leaveNothing, needs, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { detached } from './detached.js';
import { type Config, shell } from './specs.js';
import { freshId, standpipe } from './standpipe.js';

const policy = {
  paths: [
    { path: '/bin', allow: ['read', 'execute'] },
    { path: '/dev/null', allow: ['read', 'write'] },
    { path: '/proc', allow: ['read'] },
    { path: '/srv', allow: ['read', 'write'] },
  ],
};

function confined(script: string, { annotation = JSON.stringify(policy), noNewPrivileges = true } = {}): ReturnType<typeof shell> {
  return shell(script, (config: Config) => {
    config.annotations = { 'org.standpipe.landlock': annotation };
    config.process!.noNewPrivileges = noNewPrivileges;
  });
}

describe('a container under Landlock', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    if (readLandlockAbi() === 0) skip(this, 'this kernel has no Landlock');
  });
  leaveNothing();

  const script = 'cat /srv/file; cat /etc/passwd; echo no > /tmp/no; echo yes > /srv/yes; cat /srv/yes; mount -t tmpfs none /srv';
  for (const noNewPrivileges of [true, false]) {
    it(`reads and writes where it may, ${noNewPrivileges ? 'with' : 'without'} no_new_privs`, async () => {
      using made = bundle(confined(script, { noNewPrivileges }), { files: { 'srv/file': 'file\n' } });
      const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect(stdout).to.equal('file\nyes\n');
      expect(stderr).to.match(/^cat: can't open '\/etc\/passwd': Permission denied\n.*\/tmp\/no: Permission denied\n/);
    });
  }

  it('takes effect for another user, whose capabilities are listed or not', async () => {
    for (const capabilities of [{}, undefined]) {
      const spec = shell('cat /srv/file; cat /etc/passwd', (config: Config) => {
        config.annotations = { 'org.standpipe.landlock': JSON.stringify(policy) };
        config.process!.noNewPrivileges = false;
        config.process!.user = { uid: 1000, gid: 1000 };
        config.process!.capabilities = capabilities;
      });
      using made = bundle(spec, { files: { 'srv/file': 'file\n' } });
      const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect({ stdout, stderr }).to.deep.equal({ stdout: 'file\n', stderr: "cat: can't open '/etc/passwd': Permission denied\n" });
    }
  });

  it('confines commands of exec as the container itself', async () => {
    await using container = await detached('sleep 100', (config) => {
      config.annotations = { 'org.standpipe.landlock': JSON.stringify(policy) };
      config.mounts = [...(config.mounts ?? []), { destination: '/srv', type: 'tmpfs', source: 'tmpfs' }];
    });
    const { code, stdout, stderr } = await standpipe([
      'exec',
      container.id,
      '/bin/sh',
      '-c',
      'echo yes > /srv/yes; cat /srv/yes /etc/passwd',
    ]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'yes\n' });
    expect(stderr).to.include("can't open '/etc/passwd': Permission denied");
  });

  it('is not made when a path of its policy is a link or missing, or the policy is none', async () => {
    const allow = ['read'];
    for (const [annotation, expected] of [
      [JSON.stringify({ paths: [{ path: '/link', allow }] }), /allow read below "\/link" \(links are not followed.*\): too many/i],
      [JSON.stringify({ paths: [{ path: '/nowhere', allow }] }), /allow read below "\/nowhere".*: no such file/i],
      ['{"paths":', /the Landlock policy is no JSON/],
      ['{"paths":[{"path":"x","allow":["fly"]}]}', /\/annotations\/org.standpipe.landlock\/paths\/0\/allow\/0: "fly" is unknown/],
    ] as const) {
      using made = bundle(confined('true', { annotation }));
      symlinkSync('/etc', join(made.rootfs, 'link'));
      const { code, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect(code).to.equal(1);
      expect(stderr).to.match(expected);
    }
  });
});
