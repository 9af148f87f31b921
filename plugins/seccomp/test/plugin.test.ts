import type { Plugin } from '@standpipe/kernel';
import { disassemble, link, sys } from '@standpipe/program';
import { createPipeline, FdPassage } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { dockerProfile, type SeccompProfile } from '@standpipe/seccomp';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import seccomp, { seccompPlugin } from '../src/index.js';

const { restrict, commit } = createPipeline.phase;
const order = ['user.become', 'capabilities.set', 'init.ready', 'process.hand-over', 'process.exec'];

/** With steps that stand for the other plugins': they say where they are. */
const among: Plugin = {
  ...seccompPlugin,
  declare: (kit, config) => [
    ...order.map((id, i) =>
      kit.step(i < 2 ? restrict : commit, {
        id,
        after: order.slice(0, i),
        run: ({ program }) => program.container([sys(id === 'process.exec' ? 'execve' : 'getpid', ['/bin/x', 0, 0], { say: id })]),
      }),
    ),
    ...seccompPlugin.declare(kit, config),
  ],
};

interface Input extends Omit<PlanCreateInput, 'spec'> {
  readonly profile?: SeccompProfile;
  readonly noNewPrivileges?: boolean;
  /** Null: nothing is said of capabilities. */
  readonly effective?: string[] | null;
  readonly uid?: number;
}

/** What the container half says that it does, from the user on, and the whole program. */
async function planned(input: Input): Promise<{ said: string[]; text: string }> {
  const { profile, noNewPrivileges = true, effective = [], uid = 0, ...more } = input;
  const capabilities = effective === null ? undefined : { effective };
  const { program } = await planCreate(among, {
    prepare: ({ slots }) =>
      slots.set(FdPassage, {
        hand: (fd, what) => [sys('sendmsg', [fd, 0, 0], { say: `hand ${what}` })],
        wait: () => [sys('read', [3, 0, 0], { say: 'wait' })],
        release: [sys('sendto', [3, 0, 0], { say: 'release' })],
        take: (to, what) => [sys('recvmsg', [3, 0, 0], { to, say: `take ${what}` })],
      }),
    ...more,
    spec: {
      process: { user: { uid, gid: uid }, cwd: '/', args: ['true'], noNewPrivileges, capabilities },
      linux: { seccomp: profile },
    },
  });
  const said = program
    .opsOf('container')
    .flatMap((op) => (op.op === 'syscall' && op.say !== undefined ? [op.say.replace(/ of \d+ .*/, '')] : []));
  return { said: said.filter((line, i) => line !== said[i - 1]), text: disassemble(link(program.source())) };
}

/** What is wrong according to the error that planning ends with. */
async function refusalOf(input: Input): Promise<string> {
  try {
    await planned(input);
  } catch (error) {
    const { cause = error } = error as { cause?: unknown };
    return JSON.stringify(cause);
  }
  return 'none';
}

const profile = dockerProfile();
const load = 'load the seccomp filter';

describe('the seccomp plugin', () => {
  it('is exported by name and as default', () => {
    expect(seccomp).to.equal(seccompPlugin);
  });

  it('does nothing where there is no profile', async () => {
    expect((await planned({})).said).to.deep.equal(order);
  });

  it('loads the filter last of all with no_new_privs, and where CAP_SYS_ADMIN stays', async () => {
    const last = [...order.slice(0, -1), load, 'process.exec'];
    expect((await planned({ profile })).said).to.deep.equal(last);
    expect((await planned({ profile, noNewPrivileges: false, effective: ['CAP_SYS_ADMIN'] })).said).to.deep.equal(last);
  });

  it('loads it while there still is CAP_SYS_ADMIN otherwise', async () => {
    expect((await planned({ profile, noNewPrivileges: false, uid: 5 })).said).to.deep.equal(['user.become', load, ...order.slice(1)]);
    expect((await planned({ profile, noNewPrivileges: false, effective: null, uid: 5 })).said).to.deep.equal([load, ...order]);
    expect((await planned({ profile, noNewPrivileges: false, effective: null })).said[1]).to.equal(load);
  });

  it('hands the listener to the agent, with the state of the container', async () => {
    const notify: SeccompProfile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: '/run/agent.sock',
      listenerMetadata: 'say "hi"',
      syscalls: [{ names: ['mount'], action: 'SCMP_ACT_NOTIFY' }],
    };
    const { said, text } = await planned({ profile: notify });
    expect(said).to.deep.equal([
      'user.become',
      'capabilities.set',
      load,
      'hand the seccomp listener',
      'wait',
      'init.ready',
      'process.hand-over',
      'process.exec',
    ]);
    expect(text).to.include('SECCOMP_FILTER_FLAG_NEW_LISTENER');
    expect(text.replaceAll('\\"', '"')).to.match(/\{"ociVersion":"[\d.]+","fds":\["seccompFd"\],"pid":\{pid\},"metadata":"say /);
    expect(text.indexOf('connect(')).to.be.above(0).and.to.be.below(text.indexOf('# seccomp/seccomp.listen: release'));
    expect(await refusalOf({ profile: { ...notify, syscalls: [{ names: ['sendmsg'], action: 'SCMP_ACT_NOTIFY' }] } })).to.include(
      'sendmsg(2)',
    );
  });

  it('fails where the profile would not let the set-up go on, and says where', async () => {
    const never = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['getpid', 'mseal'], action: 'SCMP_ACT_ALLOW' }] } as const;
    expect(await refusalOf({ profile: never }))
      .to.include('SECCOMP_FORBIDS_SET_UP')
      .and.to.include('execve(2) once the filter is loaded, and there it fails with EPERM');
    // With no_new_privs it need allow nothing else.
    await planned({ profile: { defaultAction: 'SCMP_ACT_KILL_PROCESS', syscalls: [{ names: ['execve'], action: 'SCMP_ACT_ALLOW' }] } });
    const noPid = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['getpid'], action: 'SCMP_ACT_KILL' }] } as const;
    await planned({ profile: noPid });
    expect(await refusalOf({ profile: noPid, noNewPrivileges: false }))
      .to.include('getpid(2)')
      .and.to.include('/linux/seccomp/syscalls/0');
  });

  it('has a profile by name for containers without one', async () => {
    const { said } = await planned({ config: { profile: 'docker' } });
    expect(said).to.include(load);
    expect(await refusalOf({ config: { profile: 'podman' } })).to.include('no profile that is known by name');
    expect(await refusalOf({ config: { profiles: 'docker' } })).to.include('no such option');
  });
});
