import { type Op, reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planState, type PlanStateInput, type StatePlan } from '../src/index.js';

const plan = (input: Partial<PlanStateInput> = {}): StatePlan =>
  planState(
    { root: '/run/x/', id: 'web', bundle: '/b', ociVersion: '1.3.0', foreground: true, ...input },
    { pid: reg('pid'), pidfd: reg('pidfd') },
  );

/** The system calls of a run in which nothing fails and nothing is in the way, with the names in their arguments. */
function straight(ops: readonly Op[]): string[] {
  const calls: string[] = [];
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i];
    if (op?.op === 'syscall')
      calls.push([op.name, ...op.args.filter((arg) => typeof arg === 'string').filter((arg) => arg !== '')].join(' '));
    if (op?.op === 'jump') {
      const { to } = op;
      i = ops.findIndex((other) => other.op === 'label' && other.label === to);
    }
  }
  return calls;
}

describe('planState', () => {
  it('makes the directory, locks it, and sees that it is empty', () => {
    expect(straight(plan().create)).to.deep.equal([
      'openat /run/x',
      'geteuid',
      'statx',
      'mkdirat web',
      'openat web',
      'flock',
      'getdents64',
    ]);
  });

  it('records the process by a link and in one write, and publishes by one rename', () => {
    const { record, publish } = plan();
    expect(straight(record)).to.deep.equal([
      'symlinkat foreground-process',
      'openat /proc/sys/kernel/random/boot_id',
      'read',
      'close',
      'statx',
      'clock_gettime',
      'openat creating.json',
      'writev',
      'close',
    ]);
    expect(straight(publish)).to.deep.equal(['renameat creating.json state.json']);
  });

  it('keeps word of cgroups before they are made, and by one rename when they are', () => {
    const { making, made } = plan().recordCgroups(['/sys/fs/cgroup/web']);
    expect(straight(making)).to.deep.equal(['openat making-cgroups.json', 'write ["/sys/fs/cgroup/web"]\n', 'close']);
    expect(straight(made)).to.deep.equal(['renameat making-cgroups.json cgroups.json']);
  });

  it('links to the process of a detached container by another name', () => {
    expect(straight(plan({ foreground: false }).record)[0]).to.equal('symlinkat process');
  });

  it('keeps a copy of the config where one is given', () => {
    expect(straight(plan({ config: '{}' }).record).slice(1, 4)).to.deep.equal(['openat config.json', 'write', 'close']);
    expect(straight(plan().record)).not.to.include('openat config.json');
  });

  it('undoes all that it puts there, and what others said they would', () => {
    const undone = plan({ config: '{}', files: ['hooks.json'] }).create.flatMap((op) => (op.op === 'undo' ? straight(op.ops) : []));
    expect(undone).to.deep.equal([
      'unlinkat creating.json',
      'unlinkat state.json',
      'unlinkat foreground-process',
      'unlinkat start.sock',
      'unlinkat config.json',
      'unlinkat hooks.json',
      'unlinkat web',
    ]);
  });

  it('makes no system call to keep it', () => {
    expect(straight(plan().keep)).to.deep.equal([]);
  });

  it('says for every op that can fail what is attempted', () => {
    const { create, record, publish, keep } = plan({ config: '{}' });
    const silent = [...create, ...record, ...publish, ...keep].filter(
      (op) => op.op === 'syscall' && op.say === undefined && op.unless?.errno !== 'any',
    );
    expect(silent).to.deep.equal([]);
  });

  it('refuses a root that is not absolute, or is all there is', () => {
    for (const root of ['run', '', '/', '/run/..', '/run\0'])
      expect(() => plan({ root }))
        .to.throw('is not an absolute path')
        .with.property('code', 'STATE_ROOT_INVALID');
  });
});
