import { fileURLToPath } from 'node:url';
import { branch, here, label, type Op, raise, reg, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import {
  abiOf,
  compileParsed,
  compileProfile,
  dataOf,
  dockerProfile,
  evaluate,
  formatReturn,
  interpret,
  parseProfile,
  planSeccomp,
  RET,
  type SeccompProfile,
} from '../src/index.js';
import { compiledByLibseccomp, openLibseccomp } from './libseccomp.js';
import { Random, randomCall, randomProfile } from './random-profile.js';

const x64 = abiOf('SCMP_ARCH_X86_64').audit;
const numbers = [0, 1, 2, 16, 39, 41, 56, 59, 102, 135, 334, 337, 0x4000_0000, 0x4000_0027, 0xffff_ffff];

/**
 * Calls one argument of which two conditions compare by order: libseccomp mixes their high halves up. It takes
 * `arg0 <= 5` or `arg0 > 0xffffffff00000000` to hold for 0xffffffff, by 2.5.4.
 */
function orderedTwice({ syscalls = [] }: SeccompProfile, numberOf: (name: string) => number): Set<number> {
  const seen = new Set<string>();
  const found = new Set<number>();
  for (const { names, args = [] } of syscalls) {
    for (const name of names) {
      for (const { index, op } of args) {
        if (['SCMP_CMP_EQ', 'SCMP_CMP_NE', 'SCMP_CMP_MASKED_EQ'].includes(op)) continue;
        const key = `${name} ${String(index)}`;
        if (seen.has(key)) found.add(numberOf(name));
        seen.add(key);
      }
    }
  }
  return found;
}

describe('our filters, libseccomp and the kernel', function () {
  this.timeout(60_000);
  before(function () {
    if (process.arch !== 'x64') skip(this, 'the calls are those of x64');
  });

  it('say the same as libseccomp: random profiles, random calls', function () {
    const lib = openLibseccomp() ?? skip(this, 'needs libseccomp2');
    const random = new Random(77);
    const names = ['read', 'write', 'open', 'socket', 'clone', 'ioctl', 'personality', 'getpid', 'execve', 'nosuch'];
    let compared = 0;
    for (let i = 0; i < 400; i++) {
      // Which of several contradicting conditions decides, libseccomp leaves to the shape of its tree.
      const profile = randomProfile(random, { names, architectures: ['SCMP_ARCH_X32'], agreeing: true });
      const parsed = parseProfile(profile, { arch: 'x64' });
      const ours = compileParsed(parsed).instructions;
      const theirs = compiledByLibseccomp(lib, profile);
      const ordered = orderedTwice(profile, (name) => lib.resolve(name));
      for (let j = 0; j < 100; j++) {
        const call = randomCall(random, [x64, 77], numbers);
        const verdict = evaluate(parsed, call);
        const got = interpret(ours, call).value;
        const said = interpret(theirs, call).value;
        const expected = verdict.because === 'newer' ? parsed.defaultValue : verdict.value;
        const seen = `profile ${String(i)}, call ${JSON.stringify(call, (_, v: unknown) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v))}`;
        if (got !== verdict.value) expect.fail(`${seen}: ours ${formatReturn(got)}, rules ${formatReturn(verdict.value)}`);
        // x32 calls are compared by their low half there, and in full here.
        if (call.nr >= 0x4000_0000 || ordered.has(call.nr)) continue;
        compared++;
        if (said !== expected) expect.fail(`${seen}: libseccomp ${formatReturn(said)}, ours ${formatReturn(expected)}`);
      }
    }
    expect(compared).to.be.above(15_000);
  });

  it("say the same of Docker's default profile", function () {
    const lib = openLibseccomp() ?? skip(this, 'needs libseccomp2');
    const profile = { ...dockerProfile({ arch: 'x64' }), architectures: [] };
    const parsed = parseProfile(profile, { arch: 'x64' });
    const ours = compileParsed(parsed).instructions;
    const theirs = compiledByLibseccomp(lib, profile);
    const random = new Random(9);
    for (let nr = 0; nr < 450; nr++) {
      for (let j = 0; j < 10; j++) {
        const call = { ...randomCall(random, [x64], numbers), nr };
        const { value, because, choice } = evaluate(parsed, call);
        expect(interpret(ours, call).value).to.equal(value);
        const said = interpret(theirs, call).value;
        // An older libseccomp doesn't know all names.
        const isNew = because === 'rule' && choice?.conditions.length === 0 && said === parsed.defaultValue && lib.resolve('uretprobe') < 0;
        if (because !== 'newer' && !isNew) expect(formatReturn(said), String(nr)).to.equal(formatReturn(value));
      }
    }
    expect(ours.length).to.be.below(theirs.length / 3);
  });

  it('say what the kernel does: random profiles, calls that take no arguments with all kinds of them', async () => {
    const random = new Random(4);
    const names = ['getpid', 'getppid', 'gettid', 'getuid', 'geteuid', 'getgid', 'getegid', 'sched_yield'];
    for (let i = 0; i < 25; i++) {
      const made = randomProfile(random, { names, actions: ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_ERRNO'] });
      // Errnos that no call has by itself tell what the filter did.
      const syscalls = (made.syscalls ?? []).map((rule, k) => (rule.action === 'SCMP_ACT_ERRNO' ? { ...rule, errnoRet: 200 + k } : rule));
      const profile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls } as const;
      const parsed = parseProfile(profile);
      const calls: Op[] = [];
      for (let j = 0; j < 60; j++) {
        const name = random.pick(names);
        const { args = [] } = randomCall(random, [x64], numbers);
        const nr = parsed.abis[0]?.find(name) ?? -1;
        const { value } = evaluate(parsed, { nr, audit: x64, args });
        const [result, fine] = [reg('result'), label('as expected')];
        calls.push(
          sys(name, args, { to: result, unless: { errno: 'any' } }),
          value < RET.USER_NOTIF ? branch(result, '==', -dataOf(value), fine) : branch(result, '>=', 0, fine),
          raise(`profile ${String(i)}, ${name}(${args.map(String).join()}): not ${formatReturn(value)}`),
          here(fine),
        );
      }
      const { stderr, code } = await runOps([sys('prctl', [38, 1, 0, 0, 0]), ...planSeccomp(compileProfile(profile)).ops, ...calls]);
      expect({ stderr, code }).to.deep.equal({ stderr: '', code: 0 });
    }
  });

  it('load at most a fifth as long as those of libseccomp', async function () {
    needsRoot(this);
    if (openLibseccomp() === undefined) skip(this, 'needs libseccomp2');
    // Filters add up, so each round of a process of its own, which loads both by turns.
    const { stdout, stderr } = await run(process.execPath, [fileURLToPath(import.meta.resolve('./load-both.js'))]);
    expect(stderr).to.equal('');
    const { ours, theirs } = JSON.parse(stdout) as { ours: number; theirs: number };
    expect(ours).to.be.below(theirs / 5);
  });
});
