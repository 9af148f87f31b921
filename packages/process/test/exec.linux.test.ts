import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { words, sys } from '@standpipe/program';
import { type Outcome, runOps, type RunOpsSettings } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { parseEnv, planExec } from '../src/index.js';
import { failed, fine, runShell, statusOf } from './run.js';

describe('planExec on Linux', () => {
  leaveNothing();
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-exec-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** Makes a file below the test's directory, and the directories it is in. */
  function file(path: string, text: string, mode = 0o755): string {
    const whole = join(dir, path);
    mkdirSync(join(whole, '..'), { recursive: true });
    writeFileSync(whole, text, { mode });
    return whole;
  }
  const script = (text: string): string => `#!/bin/sh\n${text}\n`;
  const run = (args: string[], env: string[] = [], settings?: RunOpsSettings): Promise<Outcome> =>
    runOps(planExec(args, parseEnv(env)), settings);

  it('passes arguments and environment as they are', async () => {
    const show = file('show', script('printf "<%s>" "$0" "$@"; echo; env | sort'));
    expect(await run([show, 'a b', '', '"$x"', '日本'], ['A=1', 'B=x y=z'])).to.deep.equal(
      fine(`<${show}><a b><><"$x"><日本>\nA=1\nB=x y=z\nPWD=${process.cwd()}\n`),
    );
  });

  describe('of a path', () => {
    it('says that it is not there', async () => {
      expect(await run([join(dir, 'no')])).to.deep.equal(failed(`exec: "${dir}/no": stat ${dir}/no: no such file or directory`));
      symlinkSync('nowhere', join(dir, 'dangling'));
      expect(await run([join(dir, 'dangling')])).to.deep.equal(
        failed(`exec: "${dir}/dangling": stat ${dir}/dangling: no such file or directory`),
      );
      expect(await run([join(file('plain', ''), 'x')])).to.deep.equal(failed(`exec ${dir}/plain/x: not a directory`));
    });

    it('says that it is a directory', async () => {
      expect(await run([dir])).to.deep.equal(failed(`exec: "${dir}": is a directory`));
    });

    it('says that it is not executable', async () => {
      const path = file('data', 'x', 0o644);
      expect(await run([path])).to.deep.equal(failed(`exec: "${path}": permission denied`));
    });

    it('says that its interpreter is not there', async () => {
      const path = file('lost', '#!/no/such/interpreter\n');
      expect(await run([path])).to.deep.equal(failed(`exec ${path}: no such file or directory`));
    });

    it('says that it is of no format', async () => {
      const path = file('text', 'hello');
      expect(await run([path])).to.deep.equal(failed(`exec ${path}: exec format error`));
    });

    it('says that it is being written', async () => {
      const path = file('busy', script('echo ran'));
      const fd = openSync(path, 'r+');
      try {
        expect(await run([path])).to.deep.equal(failed(`exec ${path}: text file busy`));
      } finally {
        closeSync(fd);
      }
    });

    it('says that there are too many arguments', async () => {
      const path = file('run', script('echo ran'));
      expect(await run([path, 'x'.repeat(131072)])).to.deep.equal(failed(`exec ${path}: argument list too long`));
    });
  });

  describe('of a name', () => {
    it('runs the first that is executable', async () => {
      file('a/tool', 'no', 0o644);
      mkdirSync(join(dir, 'b/tool'), { recursive: true });
      file('c/tool', script('echo c'));
      file('d/tool', script('echo d'));
      const path = ['a', 'missing', 'b', 'c/', 'd'].map((name) => join(dir, name)).join(':');
      expect(await run(['tool'], [`PATH=${path}`])).to.deep.equal(fine('c\n'));
    });

    it('says that there is none', async () => {
      file('a/tool', 'no', 0o644);
      const missing = failed('exec: "tool": executable file not found in $PATH');
      expect(await run(['tool'], [`PATH=${dir}/a:${dir}/b`])).to.deep.equal(missing);
      expect(await run(['tool'], ['PATH='])).to.deep.equal(missing);
      expect(await run(['tool'], [])).to.deep.equal(missing);
      const long = 'x'.repeat(300);
      expect(await run([long], ['PATH=/bin'])).to.deep.equal(failed(`exec: "${long}": executable file not found in $PATH`));
      expect(await run(['tool'], [`PATH=/${'x'.repeat(5000)}:${dir}/b`])).to.deep.equal(missing);
    });

    it('runs nothing that lies in a relative directory', async () => {
      file('tool', script('echo fooled'));
      file('sub/tool', script('echo fooled'));
      const fooled = failed('exec: "tool": cannot run executable found relative to current directory');
      for (const path of ['', ':/bin', '/bin:', '.', 'sub', `:${dir}`]) {
        if (path !== '') expect(await run(['tool'], [`PATH=${path}`], { cwd: dir }), path).to.deep.equal(fooled);
      }
      file('good/tool', script('echo good'));
      expect(await run(['tool'], [`PATH=${dir}/good:.`], { cwd: dir })).to.deep.equal(fine('good\n'));
      // What isn't there, or can't run, doesn't stop the search.
      expect(
        await run(['tool'], [`PATH=nowhere::${dir}/good`], { cwd: join(dir, 'good', '..', 'sub', '..', 'good', '..', 'sub') }),
      ).to.deep.equal(fooled);
      expect(await run(['tool'], [`PATH=nowhere:${dir}/good`], { cwd: dir })).to.deep.equal(fine('good\n'));
    });

    it('says of the first executable one why it did not run', async () => {
      file('a/lost', '#!/no/such/interpreter\n');
      file('b/lost', 'no', 0o644);
      expect(await run(['lost'], [`PATH=${dir}/b:${dir}/a`])).to.deep.equal(failed(`exec ${dir}/a/lost: no such file or directory`));
      file('a/text', 'hello');
      expect(await run(['text'], [`PATH=${dir}/b:${dir}/a`])).to.deep.equal(failed(`exec ${dir}/a/text: exec format error`));
      // An interpreter that may not be executed: not for want of the file.
      const interpreter = file('interpreter', script('echo x'), 0o644);
      file('a/kept', `#!${interpreter}\n`);
      expect(await run(['kept'], [`PATH=${dir}/a`])).to.deep.equal(failed(`exec ${dir}/a/kept: permission denied`));
    });

    it('looks as the user that it has become', async function () {
      needsRoot(this);
      file('secret/tool', script('echo secret'));
      file('public/tool', script('echo public'));
      rmSync(join(dir, 'none'), { force: true });
      const ops = [
        sys('chmod', [dir, 0o755]),
        sys('chmod', [join(dir, 'secret'), 0o700]),
        sys('setresuid', [1000, 1000, 1000], { say: 'become user 1000' }),
      ];
      const outcome = await runOps([...ops, ...planExec(['tool'], parseEnv([`PATH=${dir}/secret:${dir}/public`]))]);
      expect(outcome).to.deep.equal(fine('public\n'));
    });
  });

  describe('what the starter had of signals', () => {
    before(function () {
      if (process.platform !== 'linux') this.skip();
    });

    it('is gone', async () => {
      const wrapper = ['/bin/sh', '-c', 'trap "" PIPE HUP USR1; exec "$0" "$@"'];
      const mask = new Uint8Array(8).fill(0xff);
      const blocked = [sys('rt_sigprocmask', [2, mask, null, 8], { say: 'block the signals' })];
      const look = words('argv', ['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status', null]);
      const before = await runOps([...blocked, sys('execve', ['/bin/grep', look, words('envp', [null])], { say: 'exec grep' })], {
        wrapper,
      });
      expect(before.stdout).to.match(/SigBlk:\tfff.*\nSigIgn:\t0000000000001201\n/);
      const none = 'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n';
      expect(
        await runOps([...blocked, ...planExec(['/bin/grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status'], parseEnv([]))], { wrapper }),
      ).to.deep.equal(fine(none));
      expect((await runShell(blocked, statusOf('SigBlk', 'SigIgn'), { wrapper })).stdout).to.equal(none);
    });
  });
});
