import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { link, sys } from '@standpipe/program';
import { stopAfter } from '@standpipe/program/testing';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { planCommand } from '../src/command.js';
import type { PlanNamespacesInput } from '../src/index.js';
import { holdNamespaces } from './holder.js';
import { runCommand, withOps } from './run-command.js';

const ids = { uidMappings: [{ containerID: 0, hostID: 0, size: 1 }], gidMappings: [{ containerID: 0, hostID: 0, size: 1 }] };
const marker = 'STANDPIPE_DEATH';

/** The processes of a run, wherever they hang in the tree. */
function processesOf(run: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${marker}=${run}`);
    } catch {
      return false;
    }
  });
}

async function gone(run: string): Promise<string[]> {
  const deadline = Date.now() + 2000;
  for (let left = processesOf(run); ; left = processesOf(run)) {
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Kills one of the processes behind each of its ops, and looks that no other one waits for it or outlives it. */
async function dieEverywhere(name: string, input: PlanNamespacesInput): Promise<void> {
  const whole = link(planCommand({ ...input, argv: ['/bin/true'], path: '' }));
  const section = whole.sections.find((one) => one.name === name);
  const { from, to } = section ?? { from: 0, to: 0 };
  const indices = Array.from({ length: to - from - 1 }, (_, i) => from + i);
  expect(indices.length).to.be.greaterThan(10);
  const faults: string[] = [];
  const dieAt = async (index: number): Promise<void> => {
    const [run, started] = [randomUUID(), Date.now()];
    await runCommand('exit 0', input, {
      changeLinked: (program) => stopAfter(program, index, 'SIGKILL'),
      env: { ...process.env, [marker]: run },
    });
    const left = await gone(run);
    if (Date.now() - started > 15_000) faults.push(`op ${String(index)}: hangs`);
    if (left.length > 0) faults.push(`op ${String(index)}: leaves ${left.join(' ')}`);
  };
  const waiting = indices.values();
  const worker = async (): Promise<void> => {
    for (const index of waiting) await dieAt(index);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  expect(faults).to.deep.equal([]);
}

describe('sudden death', function () {
  this.timeout(180_000);
  before(function () {
    needsRoot(this);
  });
  leaveNothing({ ignore: ['state'] });

  const direct = { namespaces: [{ type: 'user' }, { type: 'pid' }, { type: 'cgroup' }], ...ids };
  for (const half of ['host', 'container']) {
    it(`of the ${half} half, at any of its ops, leaves no process and no one waiting`, async () => {
      await dieEverywhere(half, direct);
    });
  }

  for (const process of ['host', 'container', 'in-between']) {
    it(`of the ${process} ${process === 'in-between' ? 'process' : 'half'} where one is in between does neither`, async () => {
      using holder = await holdNamespaces(['user', 'network', 'pid']);
      const joined = (['user', 'network', 'pid'] as const).map((type) => ({ type, path: holder.path(type) }));
      await dieEverywhere(process, { namespaces: [...joined, { type: 'uts' }] });
    });
  }

  it('of the container half is told of, and so is what failed in it', async () => {
    const dying = await runCommand('', direct, {
      change: (program) => withOps(program, 'container', (ops) => [...ops.slice(0, -2), sys('exit_group', [9]), ...ops.slice(-2)]),
    });
    expect(dying).to.include({ code: 125, stderr: "the container's process died during its set-up\n" });
    const failing = await runCommand('', direct, {
      change: (program) =>
        withOps(program, 'container', (ops) => [
          ...ops.slice(0, -2),
          sys('chdir', ['/nowhere'], { say: 'change to "/nowhere"' }),
          ...ops.slice(-2),
        ]),
    });
    expect(failing).to.include({ code: 125, stderr: 'change to "/nowhere": no such file or directory\n' });
  });

  it('of the container half does not hide what it said before', async () => {
    // It fails before it has read the host's word: that leaves an unread packet, and the host's end a connection reset.
    const early = sys('chdir', ['/nowhere'], { say: 'change to "/nowhere"' });
    const wait = sys('nanosleep', [new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe1, 0xf5, 5, 0, 0, 0, 0]), null]);
    const { stderr } = await runCommand(
      '',
      { namespaces: [{ type: 'uts' }] },
      { change: (program) => withOps(program, 'container', (ops) => [wait, early, ...ops]) },
    );
    expect(stderr).to.equal('change to "/nowhere": no such file or directory\n');
  });

  it('is no reason to kill somebody else: a stale fd number is never signalled', () => {
    const { sections } = planCommand({ namespaces: [{ type: 'user', path: '/u' }], argv: ['/bin/true'], path: '' });
    const host = sections.find(({ name }) => name === 'host')?.fragments.flatMap(({ ops }) => ops) ?? [];
    const closed = host.flatMap((op, at) =>
      op.op === 'syscall' && op.name === 'close' && typeof op.args[0] === 'object' ? [{ at, fd: op.args[0] }] : [],
    );
    for (const undo of host.filter((op) => op.op === 'undo')) {
      for (const op of undo.ops) {
        if (op.op !== 'syscall' || op.name !== 'pidfd_send_signal') continue;
        for (const { at } of closed.filter(({ fd }) => fd === op.args[0]))
          expect(host[at + 1]).to.include({ op: 'compute', to: op.args[0], left: -1 });
      }
    }
  });
});
