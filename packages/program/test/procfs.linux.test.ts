import { O } from '@standpipe/syscalls';
import { leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { buf, type Op, openHostProc, openPrivateProc, openProcFile, reg, sys, writeProcessFile } from '../src/index.js';
import { type Outcome, runOps } from '../src/testing/index.js';

const fine: Outcome = { code: 0, signal: null, stdout: '', stderr: '' };
const failed = (sentence: string): Outcome => ({ code: 1, signal: null, stdout: '', stderr: `${sentence}\n` });

/** Runs ops in mounts of their own, of which root has made something before. */
const inMounts = (script: string, ...options: string[]): string[] => [
  'unshare',
  '-m',
  ...options,
  'sh',
  '-c',
  `${script} && exec "$0" "$@"`,
];

describe('procfs on Linux', () => {
  leaveNothing();
  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
  });

  const proc = reg('proc');
  /** Prints a file below the procfs. */
  function print(path: string): Op[] {
    const [file, text, length] = [reg('file'), buf('text', 64), reg('length')];
    return [
      openProcFile(proc, path, O.RDONLY, file, { say: `open ${path}` }),
      sys('read', [file, text, 64], { to: length, say: 'read it' }),
      sys('write', [1, text, length], { say: 'print it' }),
    ];
  }

  it("is the host's, or refused", async () => {
    expect(await runOps([...openHostProc(proc), ...print('sys/kernel/cap_last_cap')])).to.deep.include({ code: 0, stderr: '' });
    expect(await runOps(openHostProc(proc), { wrapper: inMounts('mount -t tmpfs none /proc') })).to.deep.equal(
      failed("the host's /proc is no procfs"),
    );
  });

  it('is read past no mount and no link to elsewhere', async () => {
    const over = inMounts('mount --bind /proc/uptime /proc/sys/kernel/cap_last_cap');
    const say = 'open sys/kernel/cap_last_cap: invalid cross-device link';
    expect(await runOps([...openHostProc(proc), ...print('sys/kernel/cap_last_cap')], { wrapper: over })).to.deep.equal(failed(say));
    for (const [path, errno] of [
      ['self/exe', 'too many levels of symbolic links'],
      ['self/root/etc/passwd', 'too many levels of symbolic links'],
      ['../etc/passwd', 'invalid cross-device link'],
      ['/etc/passwd', 'invalid cross-device link'],
    ]) {
      expect(await runOps([...openHostProc(proc), ...print(path ?? '')]), path).to.deep.equal(failed(`open ${path ?? ''}: ${errno ?? ''}`));
    }
  });

  it('is one of our own where that can be had, whatever lies at /proc', async () => {
    for (const script of ['mount -t tmpfs none /proc', 'umount -l /proc', 'mount --bind /proc/uptime /proc/sys/kernel/cap_last_cap']) {
      expect(
        await runOps([...openPrivateProc(proc), ...print('sys/kernel/cap_last_cap')], { wrapper: inMounts(script) }),
        script,
      ).to.deep.include({ code: 0 });
    }
  });

  it('shows the pid namespace that we are in', async () => {
    expect(await runOps([...openPrivateProc(proc), ...print('1/comm')], { wrapper: ['unshare', '-p', '--fork'] })).to.deep.equal({
      ...fine,
      stdout: 'ops\n',
    });
  });

  it('is the one at /proc elsewhere, if it proves to be one', async () => {
    // Root of a user namespace in the pid namespace of the host may mount no procfs.
    const inUser = (script: string): string[] => inMounts(script, '-U', '--map-root-user');
    const open = [...openPrivateProc(proc), ...print('sys/kernel/cap_last_cap')];
    expect(await runOps(open, { wrapper: inUser('true') })).to.deep.include({ code: 0, stderr: '' });
    const cases: [script: string, sentence: string][] = [
      ['mount -t tmpfs none /proc', 'the /proc of the container is no procfs'],
      ['mount --rbind /proc/self /proc', 'the /proc of the container is no procfs, but a part of one'],
      ['mount --bind /dev/null /proc/sys/kernel/cap_last_cap', 'open sys/kernel/cap_last_cap: invalid cross-device link'],
    ];
    for (const [script, sentence] of cases) expect(await runOps(open, { wrapper: inUser(script) }), script).to.deep.equal(failed(sentence));
  });

  it('is written to, a file of a process', async () => {
    const pid = reg('pid');
    const write = (text: string): Op[] => writeProcessFile(proc, [pid, '/comm'], text, { say: 'name the process' });
    expect(await runOps([sys('getpid', [], { to: pid }), ...openHostProc(proc), ...write('renamed'), ...print('self/comm')])).to.deep.equal(
      {
        ...fine,
        stdout: 'renamed\n',
      },
    );
    expect(await runOps([...openHostProc(proc), ...writeProcessFile(proc, ['no-such/', pid], 'x', { say: 'write' })])).to.deep.equal(
      failed('write: no such file or directory'),
    );
  });
});
