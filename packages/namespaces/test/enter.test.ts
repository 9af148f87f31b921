import { disassemble, label, link, type Op, type Program, reg, section, sys } from '@standpipe/program';
import { CLONE } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type NamespacesPlan, planEnter, sendFailure } from '../src/index.js';

const entered = { pid: 1234, pidfdInode: '77', namespaces: { user: 1, mount: 2, pid: 3, time: 4 } };
const regs = () => ({
  sync: { host: reg('sync'), container: reg('sync') },
  pid: reg('pid'),
  pidfd: reg('pidfd'),
  containerStart: label('container'),
});

function planned(
  input = entered,
  settings?: Parameters<typeof planEnter>[2],
  cgroup?: 'cgroup',
): { plan: NamespacesPlan; between: readonly Op[]; program: Program } {
  const used = { ...regs(), ...(cgroup === undefined ? {} : { cgroupFd: reg(cgroup) }) };
  const plan = planEnter(input, used, settings);
  const origin = { plugin: 'test', step: 'test' };
  const end = [sys('exit_group', [1])];
  const program = link({
    sections: [
      section('host', label('host'), [...plan.host, ...plan.afterClone, ...plan.go], end, origin),
      section('container', used.containerStart, plan.container, sendFailure(used.sync), origin),
      ...plan.sections,
    ],
  });
  return { plan, between: plan.sections.flatMap(({ fragments }) => fragments.flatMap(({ ops }) => ops)), program };
}

const calls = (ops: readonly Op[]): string[] => ops.flatMap((op) => (op.op === 'syscall' ? [op.name] : []));

describe('planEnter', () => {
  it('joins all namespaces by one setns of a pidfd, in a process in between, before the one inside is born', () => {
    const { between, program } = planned();
    const joins = between.filter((op) => op.op === 'syscall' && op.name === 'setns');
    expect(joins).to.have.length(1);
    expect(joins[0]).to.have.nested.property('args[1]', (CLONE.NEWUSER | CLONE.NEWNS | CLONE.NEWPID | CLONE.NEWTIME) >>> 0);
    expect(calls(between).indexOf('setns')).to.be.lessThan(calls(between).indexOf('clone3'));
    expect(disassemble(program)).to.match(/CLONE_PARENT/);
  });

  it('is closed to ptrace before it joins, and again when its ids have changed', () => {
    const dumpable = (ops: readonly Op[]): number[] =>
      ops.flatMap((op, i) => (op.op === 'syscall' && op.name === 'prctl' && op.args[0] === 4 ? [i] : []));
    const { between } = planned();
    const at = (name: string): number => between.findIndex((op) => op.op === 'syscall' && op.name === name);
    expect(dumpable(between)).to.have.length(2);
    expect(dumpable(between)[0]).to.be.lessThan(at('setns'));
    expect(dumpable(between)[1]).to.be.greaterThan(at('setresuid')).and.lessThan(at('clone3'));
    expect(dumpable(planned({ ...entered, namespaces: { mount: 2 } as never }).between)).to.have.length(1);
  });

  it('closes every fd of the host before the process inside has copies of them', () => {
    const { between } = planned(entered, {}, 'cgroup');
    const clone = between.findIndex((op) => op.op === 'syscall' && op.name === 'clone3');
    const closed = between
      .slice(0, clone)
      .flatMap((op) => (op.op === 'syscall' && op.name === 'close' ? [(op.args[0] as { name: string }).name] : []));
    expect(closed).to.include.members(['pidfd of the container', 'host proc', 'cgroup']);
  });

  it('looks first whether the process and its namespaces are still the same', () => {
    const { plan } = planned();
    const said = plan.host.flatMap((op) => ('say' in op && op.say !== undefined ? [op.say] : []));
    expect(said).to.include("the container's first process has ended, and process 1234 is another one");
    for (const kind of ['user', 'mount', 'pid', 'time'])
      expect(said).to.include(`the ${kind} namespace of the container is another than a moment ago`);
    const names = calls(plan.host);
    expect(names.indexOf('pidfd_open')).to.be.lessThan(names.indexOf('statx')).and.lessThan(names.indexOf('clone3'));
  });

  it('becomes root in a user namespace only', () => {
    expect(calls(planned().between)).to.include('setresuid');
    expect(calls(planned({ ...entered, namespaces: { mount: 2, pid: 3 } as never }).between)).not.to.include('setresuid');
  });

  it('joins nothing where nothing differs, and tells what it was told of setgroups', () => {
    const { between, plan } = planned({ ...entered, namespaces: {} as never }, { setgroups: 'denied' });
    expect(calls(between)).not.to.include('setns');
    expect(plan.setgroups).to.equal('denied');
    expect(planned().plan.setgroups).to.equal('allowed');
  });
});
