import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { disassemble, label, link, type Op, reg, section, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type NamespacesPlan, planNamespaces, type PlanNamespacesInput } from '../src/index.js';
import { issuesOf } from './issues-of.js';

const ids = (hostID: number, size = 1): Pick<PlanNamespacesInput, 'uidMappings' | 'gidMappings'> => ({
  uidMappings: [{ containerID: 0, hostID, size }],
  gidMappings: [{ containerID: 0, hostID, size }],
});
const made = (...kinds: string[]): { type: string }[] => kinds.map((type) => ({ type }));
const join = (type: string): { type: string; path: string } => ({ type, path: `/run/ns/${type}` });
const helpers = { newuidmap: '/usr/bin/newuidmap', newgidmap: '/usr/bin/newgidmap' };
const ordinary = { euid: 1000, egid: 1000, ...helpers };

function plan(input: PlanNamespacesInput): { plan: NamespacesPlan; text: string } {
  const regs = {
    sync: { host: reg('host end'), container: reg('container end') },
    pid: reg('pid'),
    pidfd: reg('pidfd'),
    containerStart: label('container'),
  };
  const planned = planNamespaces(input, regs);
  const origin = { plugin: 'namespaces', step: 'clone' };
  const end = [sys('exit_group', [1])];
  const sections = [
    section('host', label('host'), [...planned.host, ...planned.afterClone, ...planned.go], end, origin),
    section('container', regs.containerStart, planned.container, end, origin),
    ...planned.sections,
  ];
  return { plan: planned, text: disassemble(link({ sections }), { origins: false }) };
}

const calls = (ops: readonly Op[]): string[] => ops.filter((op) => op.op === 'syscall').map(({ name }) => name);
const opsOf = ({ host, afterClone, go, container, sections }: NamespacesPlan): Op[] => [
  ...host,
  ...afterClone,
  ...go,
  ...container,
  ...sections.flatMap(({ fragments }) => fragments.flatMap(({ ops }) => ops)),
];
/** Compares with the text that was kept; run with STANDPIPE_GOLDEN=write to keep another. */
function expectGolden(name: string, text: string): void {
  const path = fileURLToPath(new URL(`../../test/golden/${name}.txt`, import.meta.url));
  if (process.env['STANDPIPE_GOLDEN'] === 'write') writeFileSync(path, text);
  expect(text).to.equal(readFileSync(path, 'utf8'));
}

describe('planNamespaces', () => {
  it('makes all new ones in one clone3, writes the maps, and has the container wait for them', () => {
    expectGolden('new-user-namespace', plan({ namespaces: made('user', 'pid', 'network', 'cgroup'), ...ids(100_000, 65_536) }).text);
  });

  it('joins a user namespace by a process in between', () => {
    expectGolden('joined-user-namespace', plan({ namespaces: [join('user'), join('network'), ...made('uts')] }).text);
  });

  it('tells the way to the own network namespace', () => {
    expect(plan({ namespaces: made('pid') }).plan.network).to.equal(undefined);
    expect(plan({ namespaces: made('network') }).plan.network).to.have.nested.property('pidfd.name', 'pidfd');
    expect(plan({ namespaces: [join('network')] }).plan.network).to.have.nested.property('netns.name', 'network namespace');
  });

  it('needs nobody in between otherwise', () => {
    for (const namespaces of [made('user', 'time'), [join('pid'), join('network'), ...made('uts')], []]) {
      expect(plan({ namespaces, ...(namespaces.some(({ type }) => type === 'user') ? ids(0) : {}) }).plan.sections).to.deep.equal([]);
    }
    const offsets = { timeOffsets: { monotonic: { secs: 1 } } };
    expect(plan({ namespaces: made('time'), ...offsets }).plan.sections).to.deep.equal([]);
    expect(plan({ namespaces: made('time', 'user'), ...ids(0), ...offsets }).plan.sections).to.have.length(1);
    expect(plan({ namespaces: [join('network'), ...made('user')], ...ids(0) }).plan.sections).to.have.length(1);
  });

  it('steps into a joined pid namespace for the clone, closed to ptrace, and back', () => {
    const { host, container } = plan({ namespaces: [join('pid')] }).plan;
    const from = calls(host).indexOf('socketpair');
    expect(calls(host).slice(from)).to.deep.equal([
      'socketpair',
      'openat',
      'setns',
      'prctl',
      'prctl',
      'clone3',
      'close',
      'setns',
      'close',
      'prctl',
    ]);
    expect(calls(container)).not.to.include('setns');
  });

  it('has the container join the others itself, the mount namespace last, after it was let go', () => {
    const { container } = plan({ namespaces: [join('mount'), join('uts'), join('pid'), join('network')] }).plan;
    const says = container.flatMap((op) => (op.op === 'syscall' && ['setns', 'read', 'prctl'].includes(op.name) ? [op.say] : []));
    expect(says).to.deep.equal([
      'tie the container to the process that sets it up',
      'wait for the host',
      'close the process to ptrace',
      'join the uts namespace "/run/ns/uts"',
      'join the network namespace "/run/ns/network"',
      'join the mount namespace "/run/ns/mount"',
    ]);
  });

  it('answers whether setgroups may be called', () => {
    const answers = [
      plan({ namespaces: made('pid') }),
      plan({ namespaces: made('pid'), setgroupsDenied: true }),
      plan({ namespaces: made('user'), ...ids(100_000) }),
      plan({ namespaces: made('user'), ...ids(1000), rootless: ordinary }),
      plan({ namespaces: made('user'), ...ids(100_000, 10), rootless: ordinary }),
      plan({ namespaces: [join('user')] }),
    ];
    expect(answers.map((answer) => answer.plan.setgroups)).to.deep.equal(['allowed', 'denied', 'allowed', 'denied', 'allowed', 'unknown']);
  });

  it('writes own ids itself and leaves more than those to the helpers, which get no fd and no blocked signal of ours', () => {
    const own = plan({ namespaces: made('user'), ...ids(1000), rootless: { euid: 1000, egid: 1000 } });
    expect(calls(own.plan.afterClone)).to.deep.equal([
      'openat2',
      'write',
      'close',
      'openat2',
      'write',
      'close',
      'openat2',
      'write',
      'close',
    ]);
    expect(own.text).to.match(/write\(\/setgroups, "deny", 4\)[^]*write\(\/gid_map, "0 1000 1\\n", 9\)[^]*write\(\/uid_map/);

    const more = plan({ namespaces: made('user'), ...ids(100_000, 10), rootless: ordinary });
    const helper = ['clone3', 'rt_sigprocmask', 'close_range', 'execve', 'exit_group', 'waitid', 'close'];
    expect(calls(more.plan.afterClone)).to.deep.equal([...helper, ...helper]);
    expect(more.text).to.match(
      /execve\("\/usr\/bin\/newgidmap", \["\/usr\/bin\/newgidmap", [^]*"0", "100000", "10"\][^]*execve\("\/usr\/bin\/newuidmap"/,
    );
  });

  it('misses a helper before anything is touched', () => {
    for (const rootless of [
      { euid: 1000, egid: 1000 },
      { ...ordinary, newgidmap: undefined },
    ]) {
      expect(() => plan({ namespaces: made('user'), ...ids(100_000, 10), rootless }))
        .to.throw(/needs new[gu]idmap to map more/)
        .with.property('code', 'NOT_SUPPORTED');
    }
  });

  it('tells an ordinary user what takes a user namespace', () => {
    const without = '/linux/namespaces: an ordinary user can make and join namespaces only with a user namespace';
    expect(issuesOf(() => plan({ namespaces: made('pid'), rootless: ordinary }))).to.deep.equal([without]);
    expect(issuesOf(() => plan({ namespaces: [join('network')], rootless: ordinary }))).to.deep.equal([without]);
    expect(issuesOf(() => plan({ namespaces: [...made('user'), join('network')], ...ids(1000), rootless: ordinary }))).to.deep.equal([
      "/linux/namespaces/1/path: an ordinary user can't join a network namespace from outside the user namespace that owns it",
    ]);
    expect(issuesOf(() => plan({ namespaces: [join('user'), join('network')], rootless: ordinary }))).to.deep.equal([]);
  });

  it('says of every op that can fail what is attempted, and points into the config', () => {
    const inputs: PlanNamespacesInput[] = [
      { namespaces: made('user', 'pid', 'cgroup'), ...ids(100_000, 10), rootless: ordinary, pointer: '/l' },
      {
        namespaces: [join('user'), join('pid'), join('mount'), ...made('time', 'uts')],
        timeOffsets: { boottime: { secs: 1 } },
        pointer: '/l',
      },
      { namespaces: [join('pid'), join('cgroup'), ...made('time')], timeOffsets: { boottime: { secs: 1 } }, pointer: '/l' },
    ];
    for (const input of inputs) {
      for (const op of opsOf(plan(input).plan)) {
        if (op.op === 'syscall' && op.unless?.errno !== 'any') expect(op.say, op.name).to.be.a('string');
        if ('pointer' in op && op.pointer !== undefined) expect(op.pointer).to.match(/^\/l\//);
        if (op.op === 'syscall' && ['clone3', 'setns', 'unshare'].includes(op.name)) expect(op.pointer, op.say).to.match(/^\/l\//);
      }
    }
  });

  it('leaves no fd that it opened without close-on-exec', () => {
    const { text } = plan({ namespaces: [join('user'), join('pid'), ...made('time')], timeOffsets: { boottime: { secs: 1 } } });
    for (const line of text.split('\n').filter((call) => /open(at2?|\b)|socketpair/.test(call) && !call.includes('pidfd_open')))
      expect(line).to.match(/O_CLOEXEC|SOCK_CLOEXEC/);
  });
});
