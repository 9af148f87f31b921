import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AT, O } from '@standpipe/syscalls';
import { buf, label, type Op, raise, reg, section, sys, undo } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { asOrdinaryUser, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Hook, planHooks, planPoststopHooks, planPoststopUndo, type PoststopPlan, SENTENCE_SIZE } from '../src/index.js';
import { runAsOps, shell, state, until } from './forms.js';

const SIG_IGN = Buffer.alloc(32);
SIG_IGN[0] = 1;
const ALL_SIGNALS = new Uint8Array(8).fill(0xff);
const SIG_SETMASK = 2;

describe('hooks as a part of a program', () => {
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
  const report: Op = { op: 'report', fd: 2, prefix: 'warning: ', suffix: '\n', escape: 'text' };

  it('get none of the fds, ignored signals and blocked signals of who runs them', async () => {
    const before: Op[] = [
      sys('openat', [AT.FDCWD, '/etc/passwd', O.RDONLY]),
      sys('rt_sigaction', [13, SIG_IGN, null, 8]),
      sys('rt_sigaction', [15, SIG_IGN, null, 8]),
      sys('rt_sigprocmask', [SIG_SETMASK, ALL_SIGNALS, null, 8]),
    ];
    const script = `exec >${out()}; ls /proc/$$/fd; grep -E "^Sig(Blk|Ign)" /proc/self/status | tr -d "\\n"`;
    expect(await runAsOps([shell(script)], state, { before })).to.equal('');
    expect(written()).to.equal('0\n1\n2\nSigBlk:\t0000000000000000SigIgn:\t0000000000000000');
  });

  it('run in a directory that is given', async () => {
    const cwd = reg('cwd');
    const plan = planHooks(
      { kind: 'createContainer', hooks: [shell(`pwd >${out()}; cat >>${out()}`)], container: state },
      { cwd, sentence: buf('sentence', SENTENCE_SIZE) },
    );
    const open = sys('openat', [AT.FDCWD, '/usr/bin', O.PATH | O.CLOEXEC], { to: cwd });
    expect(await runOps([open, ...plan.ops], { sections: plan.sections })).to.include({ code: 0, stderr: '' });
    const [pwd, text = ''] = written().split('\n');
    expect(pwd).to.equal('/usr/bin');
    // Without a register it is who runs them.
    expect(JSON.parse(text)).to.have.property('pid').that.is.greaterThan(1);
  });

  it('work where files may have no size', async function () {
    const prlimit = needs(this, 'prlimit');
    const long = { ...state, annotations: { long: 'x'.repeat(10_000) } };
    const failing = shell('wc -c; head -c 20000 /dev/zero | tr "\\0" x; exit 1');
    const said = await runAsOps([failing], long, { wrapper: [prlimit, '--fsize=0'] });
    expect(said).to.match(/exit status 1 after \d+ ms, its output ends with: x{4096}$/);
  });

  it('say what stands against a state that is too long for a pipe', async function () {
    needsRoot(this);
    const long = { ...state, annotations: { long: 'x'.repeat(2 ** 21) } };
    const [command, words] = asOrdinaryUser('/usr/bin/env', []);
    expect(await runAsOps([{ path: '/bin/true' }], long, { wrapper: [command, ...words] })).to.match(
      /: "\/bin\/true": run it: make room for a state of 20\d{5} bytes: operation not permitted$/,
    );
  });

  it('die with who runs them, which a hook can kill', async () => {
    const error = await runAsOps([shell(`echo $$ >${out()}; kill -KILL $PPID; sleep 60`)]).catch((thrown: unknown) => thrown);
    expect(error).to.be.an('error').with.property('message', 'ended by SIGKILL');
    await until(() => !existsSync(`/proc/${written().trim()}/exe`));
  });

  it('are an undo, of which all run, when they are poststop hooks', async () => {
    const hooks: Hook[] = [
      shell(`echo one >>${out()}; echo no "\\"way\\"" >&2; exit 4`),
      { path: '/nowhere' },
      shell(`cat >>${out()}; kill -KILL $PPID; sleep 1`),
      shell(`echo four >>${out()}`),
    ];
    const sentence = buf('sentence', SENTENCE_SIZE);
    const plan = planPoststopHooks({ hooks, container: state }, [report], { sentence });
    for (const ops of [[undo(plan.ops)], [undo(plan.ops), raise('it failed for another reason')]]) {
      const { code, stderr } = await runOps(
        [
          undo([sys('unlinkat', [AT.FDCWD, out(), 0])]),
          ...ops,
          undo([sys('unlinkat', [AT.FDCWD, out(), 0])]),
          ...(ops.length > 1 ? [] : [sys('chdir', ['/nowhere'], { say: 'it failed for another reason' })]),
        ],
        { sections: plan.sections },
      );
      expect(code).to.equal(1);
      const lines = stderr.trimEnd().split('\n');
      expect(lines).to.have.length(3);
      expect(lines[0]).to.match(
        /^warning: error running poststop hook #0 \(\/hooks\/poststop\/0\): "\/bin\/sh": exit status 4 after \d+ ms, output: no "way"$/,
      );
      expect(lines[1]).to.equal('warning: error running poststop hook #1 (/hooks/poststop/1): "/nowhere": exec: no such file or directory');
      // The first failure stays the one that is reported.
      expect(lines[2]).to.match(/^it failed for another reason/);
    }
  });

  it('run all of the poststop hooks, and tell them of a container that has no process', async () => {
    const hooks = [shell('exit 1'), shell(`cat >>${out()}; kill -KILL $PPID; sleep 1`), shell(`echo three >>${out()}`)];
    const plan = planPoststopHooks({ hooks, container: state }, [report], { sentence: buf('sentence', SENTENCE_SIZE) });
    expect((await runOps(plan.ops, { sections: plan.sections })).code).to.equal(0);
    expect(written()).to.equal(
      '{"ociVersion":"1.3.0","id":"web","status":"stopped","bundle":"/srv/web","annotations":{"a\\"b":"ü"}}three\n',
    );
  });

  it('run as an undo once that is armed, and not when it is disarmed again', async () => {
    const plan = (): PoststopPlan =>
      planPoststopUndo({ hooks: [shell('exit 3')], container: state }, [report], { sentence: buf('sentence', SENTENCE_SIZE) });
    const warned = async (of: (made: PoststopPlan) => readonly Op[]): Promise<boolean> => {
      const made = plan();
      const { code, stderr } = await runOps([...made.register, ...of(made), raise('it failed')], { sections: made.sections });
      expect(code).to.equal(1);
      return /^warning: .*\nit failed\n$/.test(stderr);
    };
    expect(await warned(() => [])).to.equal(false);
    expect(await warned(({ arm }) => arm)).to.equal(true);
    expect(await warned(({ arm, disarm }) => [...arm, ...disarm])).to.equal(false);
  });

  it('leave a section of another process alone', async () => {
    // Two lists in one program, as a runtime has them.
    const sentence = buf('sentence', SENTENCE_SIZE);
    const one = planHooks({ kind: 'prestart', hooks: [shell(`echo one >>${out()}`)], container: state }, { sentence });
    const two = planHooks({ kind: 'createRuntime', hooks: [shell(`echo two >>${out()}; exit 1`)], container: state }, { sentence });
    const other = section('other', label('other'), [], [sys('exit_group', [0])], { plugin: 'test', step: 'other' });
    const { stderr } = await runOps([...one.ops, ...two.ops], { sections: [...one.sections, other, ...two.sections] });
    expect(stderr).to.match(/^error running createRuntime hook #0/);
    expect(written()).to.equal('one\ntwo\n');
  });
});
