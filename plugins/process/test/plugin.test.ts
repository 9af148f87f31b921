import { Setgroups } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { processPlugin } from '../src/index.js';

type Spec = NonNullable<PlanCreateInput['spec']>;

const usual: Spec = { process: { user: { uid: 0, gid: 0 }, cwd: '/', args: ['sh'], env: ['PATH=/bin', 'HOME=/'] } };

interface Planned {
  /** `step: what its ops attempt`, of each half, in order. */
  readonly host: string[];
  readonly container: string[];
}

/** What the plugin's steps plan for a spec. */
async function planned(spec: Spec, more: PlanCreateInput = {}): Promise<Planned> {
  const { program } = await planCreate(processPlugin, { spec, ...more });
  const [host = [], container = []] = program
    .source()
    .sections.map(({ fragments }) =>
      fragments.flatMap(({ origin, ops }) =>
        ops.flatMap((op) => (op.op !== 'raise' && 'say' in op && op.say !== undefined ? [`${origin.step}: ${op.say}`] : [])),
      ),
    );
  return { host, container };
}

const userBecome = [
  'user.become: drop the supplementary groups',
  'user.become: become group 0',
  'user.become: become user 0',
  'user.become: set the umask to 022',
];

describe('the process plugin', () => {
  it('plans the least for a plain process, in the order that is safe', async () => {
    expect(await planned(usual, { settings: { noNewKeyring: true } })).to.deep.equal({
      host: [],
      container: [
        'cwd.enter: change to the working directory "/"',
        ...userBecome,
        'cwd.check: change to the working directory "/"',
        'cwd.check: look where the working directory is',
        'process.hand-over: close the file descriptors that the command has no business with',
        'process.hand-over: reset the signals',
        'process.hand-over: unblock the signals',
        'process.exec: exec /bin/sh',
      ],
    });
  });

  it('plans everything that a config can ask of it', async () => {
    const spec: Spec = {
      ...usual,
      process: {
        user: { uid: 5, gid: 6, additionalGids: [7], umask: 0o77 },
        cwd: '/work',
        args: ['/bin/id'],
        env: ['PATH=/bin'],
        rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }],
        noNewPrivileges: true,
        oomScoreAdj: 100,
        scheduler: { policy: 'SCHED_BATCH' },
        ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 5 },
      },
      linux: {
        namespaces: [{ type: 'uts' }, { type: 'network' }, { type: 'user' }, { type: 'mount' }],
        uidMappings: [{ containerID: 0, hostID: 1000, size: 10 }],
        gidMappings: [{ containerID: 0, hostID: 1000, size: 10 }],
        personality: { domain: 'LINUX32' },
        memoryPolicy: { mode: 'MPOL_LOCAL' },
      },
    };
    const { host, container } = await planned(spec);
    expect([...new Set(host)]).to.deep.equal([
      "process.admit: open the host's /proc",
      "process.admit: the host's /proc is no procfs",
      'process.admit: set oom_score_adj to 100 (lowering it takes CAP_SYS_RESOURCE)',
      'process.admit: raise RLIMIT_CORE to 0, which takes CAP_SYS_RESOURCE',
      'process.admit: set the scheduler to SCHED_BATCH',
      'process.admit: set the I/O priority to IOPRIO_CLASS_BE 5',
    ]);
    const steps = container.map((line) => line.slice(0, line.indexOf(':')));
    expect([...new Set(steps)]).to.deep.equal([
      'cwd.make',
      'keyring.join',
      'process.limit',
      'cwd.enter',
      'user.become',
      'cwd.check',
      'process.hand-over',
      'process.exec',
    ]);
    expect(container).to.include('keyring.join: join a new session keyring, "_ses.test"');
    expect(container.filter((line) => line.startsWith('process.limit'))).to.deep.equal([
      'process.limit: set the personality to LINUX32',
      'process.limit: set the memory policy to MPOL_LOCAL',
      'process.limit: set RLIMIT_CORE to 0, at most 0 (raising the latter takes CAP_SYS_RESOURCE)',
      'process.limit: give up gaining privileges (no_new_privs)',
    ]);
    expect(container).to.include('process.exec: exec /bin/id');
  });

  it('heeds whether setgroups is denied', async () => {
    const { container } = await planned(usual, { prepare: ({ slots }) => slots.set(Setgroups, 'denied') });
    expect(container.filter((line) => line.startsWith('user.become'))).to.deep.equal(userBecome.slice(1));
  });

  it('says where the config is wrong, before anything is run', async () => {
    const spec: Spec = { process: { user: { uid: 0, gid: 0 }, cwd: '/', args: [] } };
    const error: unknown = await planned(spec).catch((reason: unknown) => reason);
    expect(error).to.have.nested.property('cause.issues[0].pointer', '/process/args');
  });

  it('restricts what is executed in a container as its first process', async () => {
    const { program } = await planExec(processPlugin, { spec: usual, process: usual.process });
    const steps = program.source().sections.map(({ fragments }) => fragments.map(({ origin }) => origin.step));
    expect(steps.map((names) => [...new Set(names)])).to.deep.equal([
      [],
      ['keyring.join', 'cwd.enter', 'user.become', 'cwd.check', 'process.hand-over', 'process.exec'],
    ]);
  });
});
