import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { HookedState } from '../src/index.js';
import { forms, shell, state, until } from './forms.js';

const subject = 'error running createRuntime hook #0 (/hooks/createRuntime/0)';

for (const [name, run] of Object.entries(forms)) {
  describe(`hooks, run ${name}`, () => {
    let dir: string;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'standpipe-hooks-'));
    });
    afterEach(() => {
      rmSync(dir, { recursive: true });
    });
    leaveNothing();

    const out = (): string => join(dir, 'out');
    const written = (): string => readFileSync(out(), 'utf8');
    /** Runs a script that writes to the file, and gives what it has written. */
    const told = async (script: string, of?: HookedState): Promise<string> => {
      expect(await run([shell(`exec >${out()}; ${script}`)], of)).to.equal('');
      return written();
    };
    const script = (text: string, mode = 0o755): string => {
      const path = join(dir, 'script');
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    };
    const running = (pid: number): boolean => existsSync(`/proc/${String(pid)}/exe`);

    it('are told the state, whole and as runc has it', async () => {
      expect(await told('cat')).to.equal(
        '{"ociVersion":"1.3.0","id":"web","status":"creating","pid":42,"bundle":"/srv/web","annotations":{"a\\"b":"ü"}}',
      );
      expect(await told('cat', { ...state, annotations: {} })).to.equal(
        '{"ociVersion":"1.3.0","id":"web","status":"creating","pid":42,"bundle":"/srv/web"}',
      );
    });

    it('are told a state that is larger than a pipe is at first', async () => {
      for (const size of [4000, 4096, 65_536, 300_000]) {
        const annotations = { long: 'x'.repeat(size), control: '\u0001\u0004\0' };
        expect(JSON.parse(await told('cat', { ...state, annotations }))).to.deep.include({ pid: 42, annotations });
      }
    });

    it('can open their standard input again', async () => {
      expect(JSON.parse(await told('exec 3</dev/stdin; cat <&3'))).to.include({ id: 'web' });
    });

    it('run in their order, and none after one that fails', async () => {
      const steps = ['one', 'two', 'three', 'four'].map((step) => shell(`echo ${step} >>${out()}; [ ${step} != three ]`));
      expect(await run(steps)).to.match(
        /^error running createRuntime hook #2 \(\/hooks\/createRuntime\/2\): "\/bin\/sh": exit status 1 after \d+ ms$/,
      );
      expect(written()).to.equal('one\ntwo\nthree\n');
    });

    it('get their arguments, and the path where there are none', async () => {
      const path = script(`#!/bin/sh\nfor arg in "$@"; do printf '<%s>' "$arg"; done >${out()}; tr '\\0' , </proc/$$/cmdline >>${out()}\n`);
      expect(await run([{ path, args: ['a name', 'b c', '', '*'], env: ['PATH=/bin:/usr/bin'] }])).to.equal('');
      expect(written()).to.equal(`<b c><><*>/bin/sh,${path},b c,,*,`);
      expect(await run([{ path, env: ['PATH=/bin:/usr/bin'] }])).to.equal('');
      expect(written()).to.equal(`/bin/sh,${path},`);
      // argv[0] is what the first argument says.
      expect(await run([{ path: '/bin/sh', args: ['another name', '-c', `echo "$0" >${out()}`] }])).to.equal('');
      expect(written()).to.equal('another name\n');
    });

    it('get the environment that they name, exactly, and no other', async () => {
      const env = ['A=1', 'EMPTY=', 'B=x=y z', 'A=2'];
      expect(await run([{ path: '/bin/dd', args: ['dd', 'if=/proc/self/environ', `of=${out()}`, 'status=none'], env }])).to.equal('');
      expect(written()).to.equal('A=1\0EMPTY=\0B=x=y z\0A=2\0');
      expect(await run([{ path: '/bin/dd', args: ['dd', 'if=/proc/self/environ', `of=${out()}`, 'status=none'] }])).to.equal('');
      expect(written()).to.equal('');
    });

    it('have no file descriptors but the three, a session of their own without a terminal, and signals as by default', async () => {
      const [one, two, three, stat, signals] = (
        await told(
          'ls /proc/$$/fd; read -r pid name state parent group session tty rest </proc/$$/stat; ' +
            'echo $((session == $$)) $((group == $$)) $tty; grep -E "^Sig(Blk|Ign)" /proc/self/status | tr -d "\\n"',
        )
      ).split('\n');
      expect([one, two, three]).to.deep.equal(['0', '1', '2']);
      expect(stat).to.equal('1 1 0');
      expect(signals).to.equal('SigBlk:\t0000000000000000SigIgn:\t0000000000000000');
    });

    it('fail with their exit code, their output in one line, and how long they took', async () => {
      expect(await run([shell('sleep 0.1; echo; echo "  out  "; printf "err\\n\\there\\n\\n" >&2; exit 37')])).to.match(
        /^error running createRuntime hook #0 \(\/hooks\/createRuntime\/0\): "\/bin\/sh": exit status 37 after [1-9]\d{2,3} ms, output: out {3}err {2}here$/,
      );
      expect(await run([shell('exit 127')])).to.match(/: exit status 127 after \d+ ms$/);
    });

    it('fail with the signal that ended them', async () => {
      expect(await run([shell('echo why; kill -ABRT $$')])).to.match(/: "\/bin\/sh": ended by signal 6 after \d+ ms, output: why$/);
      expect(await run([shell('kill -KILL $$')])).to.match(/: ended by signal 9 after \d+ ms$/);
    });

    it('are killed at their timeout, whatever they do', async function () {
      this.timeout(20_000);
      const late = (text: string): RegExp => new RegExp(`^.* killed after [12]\\d{3} ms, past its timeout of 1 s${text}$`);
      expect(await run([shell('echo begun; sleep 60', { timeout: 1 })])).to.match(late(', output: begun'));
      expect(await run([shell('trap "" TERM INT HUP; while :; do sleep 60; done', { timeout: 1 })])).to.match(late(''));
      expect(await run([shell('kill -STOP $$', { timeout: 1 })])).to.match(late(''));
      expect(await run([shell('while :; do echo x; done', { timeout: 1 })])).to.match(late(', its output ends with: (x ){2000,}x'));
      // Those of its process group go with it.
      expect(await run([shell(`sleep 60 & echo $! >${out()}; wait`, { timeout: 1 })])).to.match(late(''));
      await until(() => !running(Number(written())));
      expect(await run([shell('sleep 0.3', { timeout: 1 })])).to.equal('');
    });

    it('may write what they like, and leave someone behind who keeps the output open', async function () {
      this.timeout(20_000);
      expect(await run([shell('head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2')])).to.equal('');
      const began = Date.now();
      expect(await run([shell(`sleep 60 & echo $! >${out()}`)])).to.equal('');
      expect(running(Number(written()))).to.equal(true);
      process.kill(Number(written()), 'SIGKILL');
      expect(await run([shell(`yes >/dev/null & yes & echo $! >${out()}; sleep 0.1; exit 3`, { timeout: 30 })])).to.match(
        /exit status 3 .* its output ends with: y y/,
      );
      expect(Date.now() - began).to.be.lessThan(5000);
      process.kill(Number(written()) - 1, 'SIGKILL');
    });

    it('keep the end of a long output', async () => {
      for (const length of [4095, 4096, 4097, 5000, 10_000, 65_537]) {
        const all = Array.from({ length: Math.ceil(length / 6) }, (_, i) => String(100_000 + i))
          .join('')
          .slice(0, length);
        writeFileSync(out(), all);
        const introduction = length > 4096 ? 'its output ends with' : 'output';
        expect((await run([shell(`cat ${out()}; exit 1`)])).split(/, (?=output|its)/)[1]).to.equal(`${introduction}: ${all.slice(-4096)}`);
      }
    });

    it('can write nothing that a terminal would obey', async () => {
      const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
      writeFileSync(out(), Buffer.concat([Buffer.from('<'), all, Buffer.from('\u009b\u0085äÂb€>\0\n')]));
      const said = (await run([shell(`cat ${out()}; exit 1`)])).split(', output: ')[1] ?? '';
      // eslint-disable-next-line no-control-regex -- that is what is looked for
      expect(said).not.to.match(/[\u0000-\u001f\u007f-\u009f]/);
      expect(said).to.match(/^< {33}!.*äÂb€>$/);
    });

    it('say why they could not be executed', async () => {
      const failing = async (path: string): Promise<string> => (await run([{ path }])).replace(path, 'PATH');
      expect(await failing('/nowhere/hook')).to.equal(`${subject}: "PATH": exec: no such file or directory`);
      expect(await failing(script('#!/bin/sh\n', 0o644))).to.equal(`${subject}: "PATH": exec: permission denied`);
      expect(await failing('/tmp')).to.equal(`${subject}: "PATH": exec: permission denied`);
      expect(await failing(script('echo hello\n'))).to.equal(`${subject}: "PATH": exec: exec format error`);
      expect(await failing(script('#!/nowhere/sh\n'))).to.equal(
        `${subject}: "PATH": exec: the file is there, but not the interpreter or loader that it names`,
      );
      expect(await failing(`${dir}/${'x'.repeat(300)}`)).to.equal(`${subject}: "PATH": exec: file name too long`);
      expect(await run([{ path: `/${'ä/'.repeat(1200)}` }])).to.match(/: "\/(ä\/)+ä…": exec: no such file or directory$/);
    });

    it('need not read the state', async () => {
      expect(await run([shell('exec 0<&-; exit 0')], { ...state, annotations: { long: 'x'.repeat(100_000) } })).to.equal('');
      expect(await run([{ path: '/bin/true' }], { ...state, annotations: { long: 'x'.repeat(100_000) } })).to.equal('');
    });

    it('may be hundreds', async function () {
      this.timeout(60_000);
      expect(await run(Array.from({ length: 400 }, () => ({ path: '/bin/true' })))).to.equal('');
      expect(await run([...Array.from({ length: 300 }, () => ({ path: '/bin/true' })), { path: '/bin/false' }])).to.match(/hook #300 /);
    });

    it('may be none', async () => {
      expect(await run([])).to.equal('');
    });
  });
}
