import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, branch, label, type Op, raise, type Reg, reg, section, store, sys, words } from '@standpipe/program';
import { runOps, type RunOpsSettings } from '@standpipe/program/testing';
import { CLONE } from '@standpipe/syscalls';
import { asOrdinaryUser, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import {
  type CgroupPlan,
  type CgroupWrite,
  placeCgroup,
  planCgroup,
  type PlanCgroupInput,
  readCgroupLayout,
  versionOf,
} from '../src/index.js';

const layout = readCgroupLayout();
const id = `standpipe-plan-${String(process.pid)}`;
const places = placeCgroup(layout, { id });
const pid = reg('pid');

const plan = (input: Partial<PlanCgroupInput> = {}): CgroupPlan => planCgroup({ places, ...input }, { pid });
const directoryOf = (controller: string): string =>
  places.find(({ hierarchy }) => hierarchy.controllers.includes(controller))?.directory ?? '';
const write = (controller: string, file: string, value: string): CgroupWrite => {
  const version = layout.hierarchies.find(({ controllers }) => controllers.includes(controller))?.version ?? 1;
  return { controller, version, file, value, pointer: `/linux/resources/${controller}` };
};

/** Prints a file. */
function show(path: string): Op[] {
  const [fd, length] = [reg('shown'), reg('length')];
  const content = words(
    'content',
    Array.from({ length: 512 }, () => 0),
  );
  return [
    sys('openat', [-100, path, 0], { to: fd, say: `open ${path}` }),
    sys('read', [fd, content, content.size], { to: length, say: `read ${path}` }),
    sys('write', [1, content, length]),
    sys('close', [fd]),
  ];
}

/** A command in a child, born in a cgroup where there is a fd of one: its pid goes to `pid`. */
function child(fd: Reg | undefined, path: string, ...args: string[]): { ops: Op[]; sections: ReturnType<typeof section>[] } {
  const start = label('child');
  const clone = words('clone_args', [fd === undefined ? 0 : CLONE.INTO_CGROUP, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0]);
  const argv = words('argv', [path, ...args, null]);
  return {
    ops: [
      ...(fd === undefined ? [] : [store(at(clone, 80), 8, fd)]),
      sys('clone3', [clone, clone.size], { to: pid, say: 'clone' }),
      branch(pid, '==', 0, start),
    ],
    sections: [
      section('child', start, [sys('execve', [path, argv, words('envp', [null])], { say: 'exec' })], [sys('exit_group', [1])], {
        plugin: 'test',
        step: 'child',
      }),
    ],
  };
}

/** Runs ops and then all of their undos, as the host half of a container does in the end. */
async function runToEnd(ops: readonly Op[], settings: RunOpsSettings = {}): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await runOps([...ops, raise('the end')], settings);
  return { stdout, stderr: stderr.replace(/^the end\n$/, '') };
}

describe("a container's cgroup, made by ops", function () {
  this.timeout(30_000);
  before(function () {
    needsRoot(this);
    if (places.length === 0) this.skip();
  });
  leaveNothing();

  const gone = (): void => {
    for (const { directory } of places) expect(existsSync(directory), directory).to.equal(false);
  };

  it('is there in every hierarchy, and gone in the end', async () => {
    const { make } = plan();
    const look = places.flatMap(({ directory }) => [sys('faccessat', [-100, directory, 0], { say: `look at ${directory}` })]);
    expect(await runToEnd([...make, ...look])).to.deep.equal({ stdout: '', stderr: '' });
    gone();
  });

  it('has its limits', async () => {
    const { make } = plan({ writes: [write('pids', 'pids.max', '17')] });
    const { stdout, stderr } = await runToEnd([...make, ...show(join(directoryOf('pids'), 'pids.max'))]);
    expect({ stdout, stderr }).to.deep.equal({ stdout: '17\n', stderr: '' });
  });

  it('has the process in it before that goes on', async () => {
    const { make, enter, fd } = plan();
    const { ops, sections } = child(fd, '/bin/sleep', '100');
    const procs = places.flatMap(({ directory }) => show(join(directory, 'cgroup.procs')));
    const { stdout, stderr } = await runToEnd([...make, ...ops, ...enter, ...procs], { sections });
    expect(stderr).to.equal('');
    expect(new Set(stdout.trim().split('\n')).size, stdout).to.equal(1);
    expect(stdout.trim().split('\n')).to.have.length(places.length);
    gone();
  });

  it('is removed with everything in it: processes that nobody waits for, and cgroups', async function () {
    needs(this, 'busybox');
    const { make, enter, fd } = plan();
    const nested = places
      .map(({ directory }) => `mkdir -p ${directory}/a/b ${directory}/a/.c ${directory}/${'long'.repeat(50)}`)
      .join('; ');
    const fork = places
      .map(({ directory }) => `sh -c "echo \\$\\$ > ${directory}/a/b/cgroup.procs; exec sleep 100" 2> /dev/null &`)
      .join(' ');
    const { ops, sections } = child(fd, '/bin/sh', '-c', `sleep 0.2; ${nested}; ${fork} sleep 100`);
    const pause = sys('nanosleep', [words('timespec', [0, 700_000_000]), null]);
    const looks = places.map(({ directory }) => sys('faccessat', [-100, `${directory}/a/b`, 0], { say: `look at ${directory}` }));
    const { stderr } = await runToEnd([...make, ...ops, ...enter, pause, ...looks], { sections });
    expect(stderr).to.equal('');
    gone();
  });

  it('is removed when what comes later fails', async () => {
    const { make } = plan();
    expect(await runOps([...make, raise('later')])).to.deep.include({ code: 1, stderr: 'later\n' });
    gone();
  });

  it('stays when it is to be kept', async () => {
    const { make, keep } = plan();
    expect((await runOps([...make, ...keep])).code).to.equal(0);
    for (const { directory } of places) rmdirSync(directory);
  });

  it('is made anew where a killed runtime left one', async () => {
    for (const { directory } of places) mkdirSync(directory);
    const pids = directoryOf('pids');
    const { make } = plan();
    const { stdout, stderr } = await runToEnd([...make, ...show(join(pids, 'pids.max'))]);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'max\n', stderr: '' });
    gone();
  });

  it('is refused where somebody is in it, who stays', async () => {
    const { make } = plan();
    const [{ directory } = { directory: '' }] = places;
    mkdirSync(join(directory, 'other'), { recursive: true });
    try {
      const { code, stderr } = await runOps(make);
      expect(stderr).to.equal(`the cgroup "${directory}" is in use: it has processes, or cgroups below it\n`);
      expect(code).to.equal(1);
      expect(existsSync(join(directory, 'other'))).to.equal(true);
    } finally {
      rmdirSync(join(directory, 'other'));
      rmdirSync(directory);
    }
    gone();
  });

  it('lies below others that are made for it, and have what it needs', async function () {
    const deep = placeCgroup(layout, { id, cgroupsPath: `/${id}/pods/web` });
    const { make, enter, fd } = planCgroup({ places: deep }, { pid });
    const { ops, sections } = child(fd, '/bin/sleep', '100');
    const { stderr } = await runToEnd([...make, ...ops, ...enter], { sections });
    for (const { directory } of deep) {
      expect(existsSync(directory)).to.equal(false);
      rmdirSync(dirname(directory));
      rmdirSync(dirname(dirname(directory)));
    }
    expect(stderr).to.equal('');
  });

  for (const [what, file, value, words] of [
    ['a limit that makes no sense', versionOf(layout, 'cpu') === 2 ? 'cpu.max' : 'cpu.cfs_quota_us', '3', /quota is at least 1000/],
    ['a file that this kernel has not', 'cpu.no_such', '3', /this kernel has no such setting/],
  ] as const) {
    it(`says why it can't have ${what}, and where it was asked for`, async () => {
      const one = write('cpu', file, value);
      const { make } = plan({ writes: [one] });
      const { stderr, code } = await runOps(make);
      expect(stderr)
        .to.match(words)
        .and.to.include(`write "${value}" to "${directoryOf('cpu')}/${file}"`);
      expect(code).to.equal(1);
      expect(make.some((op) => 'pointer' in op && op.pointer === one.pointer)).to.equal(true);
      gone();
    });
  }

  describe('of an ordinary user', () => {
    const asUser = (ops: readonly Op[]): ReturnType<typeof runOps> => {
      const [command, args] = asOrdinaryUser('');
      return runOps(ops, { wrapper: [command, ...args.slice(0, -1)] });
    };

    it('is none, when nobody has delegated one', async () => {
      const { make, enter, fd } = plan({ optional: true });
      expect(fd).to.equal(undefined);
      expect(await asUser([...make, sys('getpid', [], { to: pid }), ...enter])).to.deep.include({ code: 0, stderr: '' });
      gone();
    });

    it('is an error with limits', async () => {
      const { make } = plan({ optional: true, writes: [write('pids', 'pids.max', '5')] });
      expect((await asUser(make)).stderr).to.match(/limit the container: .* can't be made by this user/);
    });

    it('is an error when it must be', async () => {
      expect((await asUser(plan().make)).stderr).to.match(/(make|let) the cgroups? .*: permission denied/i);
    });
  });

  it('does not take what is no cgroupfs for one', async () => {
    const fake = places.map((place) => ({
      ...place,
      hierarchy: { ...place.hierarchy, mountPoint: '/tmp', own: '/' },
      base: '/',
      directory: `/tmp/${id}`,
    }));
    expect((await runOps(planCgroup({ places: fake }, { pid }).make)).stderr).to.match(/"\/tmp" is no cgroup filesystem/);
  });
});
