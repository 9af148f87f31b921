import { type Op, reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CgroupDirectory, planJoin } from '../src/index.js';

const v1 = (...controllers: string[]): CgroupDirectory => ({
  version: 1,
  controllers,
  mountPoint: `/sys/fs/cgroup/${controllers.join()}`,
  path: `/sys/fs/cgroup/${controllers.join()}/box`,
});
const v2: CgroupDirectory = { version: 2, controllers: ['memory'], mountPoint: '/sys/fs/cgroup', path: '/sys/fs/cgroup/box' };
const unified: CgroupDirectory = { ...v2, controllers: [], mountPoint: '/sys/fs/cgroup/unified', path: '/sys/fs/cgroup/unified/box' };

/** What is opened by path, and what is written to. */
const paths = (ops: readonly Op[]): string[] =>
  ops.flatMap((op) =>
    op.op === 'syscall' && (op.name === 'openat' || op.name === 'openat2') && typeof op.args[1] === 'string' ? [op.args[1]] : [],
  );

describe('planJoin', () => {
  const pid = reg('pid');

  it('has a process born in v2, and opens nothing else before that', () => {
    const plan = planJoin({ directories: [v2] }, { pid });
    expect(paths(plan.open)).to.deep.equal(['/sys/fs/cgroup/box']);
    expect(plan.fd).not.to.equal(undefined);
    expect(plan.enter).to.deep.equal([]);
  });

  it('moves it into v1, where it is opened only when the process is there', () => {
    const plan = planJoin({ directories: [v1('cpu', 'cpuacct'), v1('memory'), unified] }, { pid });
    expect(paths(plan.open)).to.deep.equal(['/sys/fs/cgroup/unified/box']);
    expect(paths(plan.enter)).to.deep.equal([
      '/sys/fs/cgroup/cpu,cpuacct/box',
      '/sys/fs/cgroup/memory/box',
      'cgroup.procs',
      'cgroup.procs',
    ]);
  });

  it('leaves an ordinary user outside where nothing is delegated', () => {
    const plan = planJoin({ directories: [v2], optional: true }, { pid });
    expect([plan.open, plan.fd]).to.deep.equal([[], undefined]);
    const write = plan.enter.find((op) => op.op === 'syscall' && op.name === 'write');
    expect(write).to.have.nested.property('unless.errno').that.includes('EACCES');
  });

  it('goes below it: on v2 by a path, on v1 by controller or everywhere', () => {
    expect(paths(planJoin({ directories: [v2], subCgroups: new Map([['', '/a/./b']]) }, { pid }).open)).to.deep.equal([
      '/sys/fs/cgroup/box',
      'a/b',
    ]);
    const directories = [v1('cpu', 'cpuacct'), v1('memory'), unified];
    const below = (subCgroups: [string, string][]): string[] => {
      const { open, enter } = planJoin({ directories, subCgroups: new Map(subCgroups) }, { pid });
      return paths([...open, ...enter]).filter((path) => !path.startsWith('/') && path !== 'cgroup.procs');
    };
    expect(below([['cpuacct', 'x']])).to.deep.equal(['x']);
    expect(below([['', 'x']])).to.deep.equal(['x', 'x']);
    expect(below([['memory', '/']])).to.deep.equal([]);
  });

  for (const [controller, path, message] of [
    ['', '../x', 'bad sub cgroup path'],
    ['', 'a/../../b', 'bad sub cgroup path'],
    ['', 'a\nb', 'bad sub cgroup path'],
    ['memory', 'a', 'unknown controller "memory"'],
  ] as const)
    it(`refuses ${JSON.stringify(controller)}:${JSON.stringify(path)} on v2`, () => {
      expect(() => planJoin({ directories: [v2], subCgroups: new Map([[controller, path]]) }, { pid }))
        .to.throw(message)
        .with.property('code', 'CGROUP_PATH_INVALID');
    });
});
