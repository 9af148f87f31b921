import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openPort, syscallNumber, type SyscallArg, type SyscallPort } from '@standpipe/syscalls';
import { withoutFdLeaks } from '@standpipe/syscalls/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { isEnforcing, isSelinuxEnabled, labelOf, labelOfFile, relabel } from '../src/index.js';

const label = 'system_u:object_r:container_file_t:s0:c1,c2';

/** The attribute is a file's whether or not SELinux looks at it. */
describe('relabelling', () => {
  let place: string;
  leaveNothing();

  before(function () {
    needsRoot(this);
    // On a filesystem of its own: not every /tmp keeps labels.
    place = mkdtempSync('/dev/shm/standpipe-relabel-');
  });
  after(() => {
    if (place !== undefined) rmSync(place, { recursive: true, force: true });
  });

  function tree(name: string): string {
    const top = join(place, name);
    mkdirSync(join(top, 'sub/deep'), { recursive: true });
    writeFileSync(join(top, 'file'), '');
    writeFileSync(join(top, 'sub/deep/file'), '');
    writeFileSync(join(top, Buffer.from([0x6e, 0xff, 0xfe]).toString('latin1')), '');
    execFileSync('mkfifo', [join(top, 'sub/fifo')]);
    return top;
  }

  it('reaches all that is in a directory, each file by its fd, and leaves no fd open', () => {
    const top = tree('all');
    const outside = join(place, 'outside');
    writeFileSync(outside, '');
    symlinkSync(outside, join(top, 'link'));
    symlinkSync('..', join(top, 'sub/up'));
    withoutFdLeaks(() => {
      expect(relabel(top, label)).to.equal(9);
    });
    for (const name of ['', 'file', 'sub', 'sub/deep', 'sub/deep/file', 'sub/fifo', 'link', 'sub/up'])
      expect(labelOfFile(join(top, name)), name).to.equal(label);
    expect(labelOfFile(outside)).to.equal(undefined);
  });

  it('reaches names that are no UTF-8', () => {
    const top = join(place, 'bytes');
    mkdirSync(top);
    writeFileSync(Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0xff, 0xfe])]), '');
    expect(relabel(top, label)).to.equal(2);
    expect(relabel(top, label)).to.equal(0);
  });

  it('changes only what has another label', () => {
    const top = tree('again');
    relabel(top, label);
    writeFileSync(join(top, 'new'), '');
    expect(relabel(top, label)).to.equal(1);
  });

  it('takes the categories away where the files are shared', () => {
    const top = tree('shared');
    relabel(top, label, { shared: true });
    expect(labelOfFile(join(top, 'sub/deep/file'))).to.equal('system_u:object_r:container_file_t:s0');
  });

  it('takes a single file', () => {
    const file = join(place, 'single');
    writeFileSync(file, '');
    expect(relabel(file, label)).to.equal(1);
    expect(labelOfFile(file)).to.equal(label);
  });

  it('refuses a link, and does not follow it', () => {
    const file = join(place, 'target');
    writeFileSync(file, '');
    symlinkSync(file, join(place, 'to-target'));
    expect(() => relabel(join(place, 'to-target'), label)).to.throw('it is a symbolic link');
    expect(labelOfFile(file)).to.equal(undefined);
  });

  it('refuses what the system lives by, by whatever name', () => {
    for (const path of ['/', '/usr', '/usr/../etc', '/etc/passwd', '//var/lib', '/tmp/.', '/proc', '/sys', '/dev', homedir()])
      expect(() => relabel(path, label), path).to.throw('it is a part of the system');
    const passwd = join(place, 'passwd');
    try {
      linkSync('/etc/passwd', passwd);
    } catch {
      return; // another filesystem
    }
    expect(() => relabel(passwd, label)).to.throw('it is a part of the system');
  });

  it('goes past no mount', function () {
    const top = tree('mounts');
    execFileSync('unshare', [
      '--mount',
      'sh',
      '-ec',
      `mount -t tmpfs none ${top}/sub; touch ${top}/sub/inside; mount --bind ${top}/sub/inside ${top}/file
       ${process.execPath} --input-type=module --eval '
         import { labelOfFile, relabel } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
         relabel(process.argv[1], ${JSON.stringify(label)});
         for (const name of ["sub", "sub/inside", "file"]) if (labelOfFile(process.argv[1] + "/" + name) !== undefined) throw new Error(name);
       ' ${top}`,
    ]);
    expect(labelOfFile(top)).to.equal(label);
  });

  it('is not led out by a directory that becomes a link while it is on its way', () => {
    const top = tree('swapped');
    const secret = join(place, 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'key'), '');
    // As soon as sub has its label, it is swapped.
    let done = false;
    const real = openPort();
    const port: SyscallPort = {
      arch: real.arch,
      address: (buffer) => real.address(buffer),
      syscall(nr: number, ...args: SyscallArg[]): number {
        const result = real.syscall(nr, ...args);
        if (!done && nr === syscallNumber('setxattr', real.arch) && labelOfFile(join(top, 'sub')) === label) {
          done = true;
          rmSync(join(top, 'sub'), { recursive: true });
          symlinkSync(secret, join(top, 'sub'));
        }
        return result;
      },
    };
    let failure: unknown;
    try {
      relabel(top, label, { port });
    } catch (error) {
      failure = error;
    }
    expect(done).to.equal(true);
    expect((failure as Error | undefined)?.message ?? '').to.match(/^$|ELOOP/);
    expect(labelOfFile(secret)).to.equal(undefined);
    expect(labelOfFile(join(secret, 'key'))).to.equal(undefined);
    unlinkSync(join(top, 'sub'));
  });

  it('says that a filesystem keeps no labels', () => {
    expect(() => relabel('/proc/self/status', label)).to.throw('keeps no labels');
  });

  it('says what the machine runs', () => {
    if (isSelinuxEnabled()) return;
    expect(isEnforcing()).to.equal(false);
    expect(labelOf('self')).to.equal(undefined);
  });
});
