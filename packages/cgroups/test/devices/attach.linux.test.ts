import { SpecError, SyscallError } from '@standpipe/errors';
import { type Op, reg, sys } from '@standpipe/program';
import { runOps } from '@standpipe/program/testing';
import { AT, O, openat, openPort, OwnedFd, type SyscallPort } from '@standpipe/syscalls';
import { leaveNothing, needsRoot, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { attachDevices } from '../../src/devices/attach.js';
import { assemble, exit, move } from '../../src/devices/bpf.js';
import { planDeviceRules } from '../../src/devices/plan.js';
import { planAttachDevices } from '../../src/devices/plan-attach.js';
import type { DeviceProgram } from '../../src/devices/program.js';
import { type LinuxDeviceCgroup, parseDeviceRules } from '../../src/devices/rule.js';
import { type DeviceUse, tableOf, verdict } from '../../src/devices/table.js';
import { Prober } from './prober.js';
import { allUses, randomOf, randomRules } from './random.js';

const uses = allUses.filter(({ access }) => access !== 0);
const none = planDeviceRules([], 2);
const all = planDeviceRules([{ allow: true, access: 'rwm' }], 2);
const only = (minor: number): DeviceProgram => planDeviceRules([{ allow: true, type: 'c', major: 1, minor, access: 'rwm' }], 2);

/** A cgroup of the v2 hierarchy, whatever else is there: the device controller needs no enabling. */
class TestCgroup implements Disposable {
  readonly path: string;

  constructor(context: Mocha.Context, parent?: TestCgroup) {
    needsRoot(context);
    const [mount] = /(?<=^\S+ \S+ \S+ \S+ )\S+(?= .* - cgroup2 )/m.exec(readFileSync('/proc/self/mountinfo', 'utf8')) ?? [];
    if (mount === undefined) skip(context, 'no cgroup v2 hierarchy is mounted');
    this.path = join(parent?.path ?? mount, `standpipe-devices-${process.pid}`);
    mkdirSync(this.path);
  }

  open(port: SyscallPort, flags: number = O.RDONLY): OwnedFd {
    return new OwnedFd(port, openat(port, AT.FDCWD, this.path, flags | O.DIRECTORY | O.CLOEXEC));
  }

  [Symbol.dispose](): void {
    rmdirSync(this.path);
  }
}

function allowedMinors(found: readonly boolean[]): number[] {
  return [...new Set(uses.filter((_, index) => found[index]).map(({ minor }) => minor))].toSorted((a, b) => a - b);
}

describe('device rules on cgroup v2', () => {
  leaveNothing();

  it('are what the kernel then holds a process to, replaced one by another', async function () {
    this.timeout(60_000);
    using cgroup = new TestCgroup(this);
    const port = openPort();
    using fd = cgroup.open(port);
    await using prober = new Prober(uses);
    await prober.enter(cgroup.path);
    const pick = randomOf(6);
    let programs = 0;
    for (let round = 0; round < 600; round++) {
      const rules = randomRules(pick);
      const program = programIfAny(rules);
      if (program === undefined) continue;
      attachDevices(port, fd.fd, program);
      const table = tableOf(parseDeviceRules(rules, ''));
      const found = await prober.verdicts(uses);
      expect(
        uses.filter((use, index) => found[index] !== verdict(table, use)),
        JSON.stringify(rules),
      ).to.deep.equal([]);
      programs++;
    }
    expect(programs).to.be.greaterThan(150);
  });

  it('are never lifted while they are replaced', async function () {
    this.timeout(20_000);
    using cgroup = new TestCgroup(this);
    const port = openPort();
    using fd = cgroup.open(port);
    await using prober = new Prober(uses);
    await prober.enter(cgroup.path);
    // Of these no program allows character device 10:7, and all allow 1:3.
    const always: DeviceUse = { type: 'c', major: 1, minor: 3, access: 2 };
    const never: DeviceUse = { type: 'c', major: 10, minor: 7, access: 2 };
    attachDevices(port, fd.fd, only(3));
    const asked = prober.verdicts(Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? always : never)));
    let replaced = 0;
    const progress = { answered: false };
    void asked.then(() => (progress.answered = true));
    while (!progress.answered) {
      const also = { allow: true, type: 'c', major: 5, minor: replaced % 7, access: 'rwm' };
      attachDevices(port, fd.fd, planDeviceRules([{ allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' }, also], 2));
      replaced++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const found = await asked;
    expect(found.filter((one, index) => one !== (index % 2 === 0))).to.deep.equal([]);
    expect(replaced).to.be.greaterThan(20);
  });

  it("leave others' programs in force, there and above", async function () {
    using above = new TestCgroup(this);
    using cgroup = new TestCgroup(this, above);
    const port = openPort();
    using aboveFd = above.open(port);
    using fd = cgroup.open(port);
    await using prober = new Prober(uses);
    await prober.enter(cgroup.path);
    attachDevices(port, aboveFd.fd, only(3));
    attachDevices(port, fd.fd, all);
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([3]);
    attachDevices(port, fd.fd, only(5));
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([]);
    attachDevices(port, aboveFd.fd, all);
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([5]);

    // Whoever names it otherwise: now it is somebody else's, and stays.
    attachDevices(renaming(port), fd.fd, only(7));
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([7]);
    attachDevices(port, fd.fd, only(3));
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([]);
    attachDevices(port, fd.fd, all);
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([7]);
  });

  it('say what the verifier says of a program that it refuses', function () {
    using cgroup = new TestCgroup(this);
    const port = openPort();
    using fd = cgroup.open(port);
    const endless: DeviceProgram = { instructions: assemble([move(0, 1)]), allowsAll: false, pointer: '' };
    const unset: DeviceProgram = { instructions: assemble([exit()]), allowsAll: false, pointer: '' };
    expect(() => {
      attachDevices(port, fd.fd, endless);
    }).to.throw(SyscallError);
    try {
      attachDevices(port, fd.fd, unset);
      expect.fail('it was attached');
    } catch (error) {
      if (!SyscallError.is(error)) throw error;
      expect(error.code).to.equal('EACCES');
      expect(error.message).to.contain('load the device rules into the kernel: bpf(');
      expect(error.details['verifierLog']).to.contain('R0 !read_ok');
    }
  });

  it('are attached by a program of ops', async function () {
    using cgroup = new TestCgroup(this);
    const port = openPort();
    const ops = (program: DeviceProgram): Op[] => {
      const fd = reg('cgroup');
      return [sys('openat', [AT.FDCWD, cgroup.path, O.PATH | O.DIRECTORY], { to: fd }), ...planAttachDevices(program, fd)];
    };
    await using prober = new Prober(uses);
    await prober.enter(cgroup.path);
    expect(await runOps(ops(only(3)))).to.include({ code: 0, stderr: '' });
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([3]);
    expect(await runOps(ops(only(5)))).to.include({ code: 0, stderr: '' });
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([]);

    // One of them goes by this name as well, so that it is replaced with it.
    using fd = cgroup.open(port);
    attachDevices(port, fd.fd, only(7));
    expect(allowedMinors(await prober.verdicts(uses))).to.deep.equal([7]);
  });

  it('are an error where they cannot be made, and not left out', async function () {
    using cgroup = new TestCgroup(this);
    const fd = reg('cgroup');
    const open = sys('openat', [AT.FDCWD, cgroup.path, O.PATH | O.DIRECTORY], { to: fd });
    const wrapper = ['setpriv', '--reuid=65534', '--clear-groups', '--inh-caps=-all'];
    const refused = await runOps([open, ...planAttachDevices(none, fd)], { wrapper });
    expect(refused).to.include({ code: 1 });
    expect(refused.stderr).to.contain('load the device rules into the kernel: operation not permitted');
    expect(await runOps([open, ...planAttachDevices(all, fd)], { wrapper })).to.include({ code: 0 });

    const nowhere = sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY], { to: fd });
    const wrong = await runOps([nowhere, ...planAttachDevices(none, fd)]);
    expect(wrong.stderr).to.contain('attach the device rules to the cgroup');
  });
});

/** A port by which programs get another name than ours. */
function renaming(port: SyscallPort): SyscallPort {
  return {
    arch: port.arch,
    address: (buffer) => port.address(buffer),
    syscall(nr, ...args): number {
      const [command, attr] = args;
      if (command === 5 && attr instanceof Uint8Array) attr.set(Buffer.from('somebody_else\0\0\0'), 48);
      return port.syscall(nr, ...args);
    },
  };
}

function programIfAny(rules: readonly LinuxDeviceCgroup[]): DeviceProgram | undefined {
  try {
    return planDeviceRules(rules, 2);
  } catch (error) {
    if (SpecError.is(error)) return undefined;
    throw error;
  }
}
