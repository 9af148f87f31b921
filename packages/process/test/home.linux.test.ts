import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Op, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { planEnvironment, planExec } from '../src/index.js';

/** What planHome has to find, told in another way. */
function homeIn(passwd: string, uid: number): string {
  for (const line of passwd.split('\n')) {
    const [, , id = '', , , home] = line.split(':');
    if (home !== undefined && /^\d+$/.test(id) && Number(id) === uid) return home === '' ? '/' : home;
  }
  return '/';
}

describe('HOME on Linux', () => {
  leaveNothing();
  let root: string;
  before(function () {
    needsRoot(this);
    const busybox = needs(this, 'busybox');
    root = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'etc'));
    spawnSync('cp', [busybox, join(root, 'busybox')]);
  });
  after(() => {
    if (root !== undefined) rmSync(root, { recursive: true });
  });

  async function home(uid: number, before: Op[] = []): Promise<string> {
    const { ops, environment } = planEnvironment(['HOME='], { uid });
    const enter = [sys('chroot', [root], { say: 'change the root' }), sys('chdir', ['/'], { say: 'go there' })];
    const { stdout, stderr } = await runOps([
      ...enter,
      ...before,
      ...ops,
      ...planExec(['/busybox', 'sh', '-c', 'echo "$HOME"'], environment),
    ]);
    expect(stderr).to.equal('');
    return stdout.split('\n')[0] ?? '';
  }
  const write = (passwd: string): void => {
    rmSync(join(root, 'etc/passwd'), { force: true, recursive: true });
    writeFileSync(join(root, 'etc/passwd'), passwd);
  };

  const usual =
    'root:x:0:0:root:/root:/bin/sh\nbin:*:2:2::/bin:\n\n# comment\nuser:x:1000:1000:U,,,:/home/user:/bin/sh\nagain:x:1000:1:again:/second:/bin/sh\nlast:x:4294967294:1:l:/last:/bin/sh\n';
  const cases: [what: string, passwd: string, uid: number, home: string][] = [
    ['root', usual, 0, '/root'],
    ['the first of two', usual, 1000, '/home/user'],
    ['the last line', usual, 4294967294, '/last'],
    ['nobody', usual, 100, '/'],
    ['nobody whose uid is a part of another', usual, 10000, '/'],
    ['a last line without an end', 'a:x:5:5:a:/five:/bin/sh', 5, '/five'],
    ['a last line that ends in the home', 'a:x:5:5:a:/five', 5, '/five'],
    ['a line that ends in the home', 'a:x:5:5:a:/five\nb:x:6:6:b:/six:sh\n', 5, '/five'],
    ['the line behind such', 'a:x:5:5:a:/five\nb:x:6:6:b:/six:sh\n', 6, '/six'],
    ['the first line that has one', 'a:x:5\nb:x:5:5\nc:x:5:5:c:/five:sh\n', 5, '/five'],
    ['an empty home', 'a:x:5:5:a::/bin/sh\n', 5, '/'],
    ['a uid with zeros before it', 'a:x:0005:5:a:/five:/bin/sh\n', 5, '/five'],
    ['no number, for root', 'a:x::0:a:/empty:sh\nb:x:x:0:b:/letter:sh\nc:x:-0:0:c:/minus:sh\nd\n:\nr:x:0:0::/root:\n', 0, '/root'],
    ['a number that would wrap', 'a:x:18446744073709551616:0:a:/wrapped:sh\nb:x:4294967296:0:b:/wrapped:sh\n', 0, '/'],
    ['an empty file', '', 0, '/'],
    ['nothing but colons and ends', ':::\n::::::\n\n\n:::::::::', 0, '/'],
    ['a home that is too long', `a:x:5:5:a:/${'x'.repeat(5000)}:sh\n`, 5, '/'],
    ['a long line before it', `a:x:1:1:${'x'.repeat(9000)}:/a:sh\nb:x:5:5:b:/five:sh\n`, 5, '/five'],
    ['bytes that are no text', 'a:x:5:5:\xff\x01:/f\u00fcnf:sh\n', 5, '/fünf'],
  ];
  for (const [what, passwd, uid, expected] of cases) {
    it(`finds that of ${what}`, async () => {
      write(passwd);
      expect(await home(uid)).to.equal(expected);
      if (!what.includes('too long')) expect(homeIn(passwd, uid)).to.equal(expected);
    });
  }

  it('finds what a plain search finds, in files of chance', async () => {
    const alphabet = [':', ':', ':', '\n', '0', '1', '/', 'x'];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor((seed / 2147483648) * below);
    };
    for (let i = 0; i < 60; i++) {
      const passwd =
        Array.from({ length: random(120) }, () => alphabet[random(alphabet.length)]).join('') +
        (i % 2 === 0 ? `\nu:x:${String(random(3))}:0:g:/h${String(i)}:sh\n` : '');
      write(passwd);
      for (const uid of [0, 1]) expect(await home(uid), JSON.stringify(passwd)).to.equal(homeIn(passwd, uid));
    }
  });

  it('neither waits for a fifo nor reads without end', async () => {
    rmSync(join(root, 'etc/passwd'));
    spawnSync('mkfifo', [join(root, 'etc/passwd')]);
    expect(await home(0)).to.equal('/');
    rmSync(join(root, 'etc/passwd'));
    mkdirSync(join(root, 'etc/passwd'));
    expect(await home(0)).to.equal('/');
    rmSync(join(root, 'etc/passwd'), { recursive: true });
    spawnSync('mknod', [join(root, 'etc/passwd'), 'c', '1', '5']);
    expect(await home(0)).to.equal('/');
    rmSync(join(root, 'etc/passwd'));
    expect(await home(0)).to.equal('/');
  });

  it('reads nothing that the user may not read', async () => {
    write(usual);
    chmodSync(join(root, 'etc/passwd'), 0o600);
    expect(await home(1000, [sys('setresuid', [1000, 1000, 1000], { say: 'become user 1000' })])).to.equal('/');
  });
});
