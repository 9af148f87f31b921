import { planCreate, type PlanCreateInput, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import sysctl, { sysctlPlugin } from '../src/index.js';

type Spec = NonNullable<PlanCreateInput['spec']>;

const usual: Spec = { process: { user: { uid: 0, gid: 0 }, cwd: '/', args: ['sh'], env: ['PATH=/bin', 'HOME=/'] } };

interface Planned {
  /** `step: what its ops attempt`, of each half, in order. */
  readonly host: string[];
  readonly container: string[];
}

/** What the plugin's steps plan for a spec. */
async function planned(spec: Spec, more: PlanCreateInput = {}): Promise<Planned> {
  const { program } = await planCreate(sysctlPlugin, { spec, ...more });
  const [host = [], container = []] = program
    .source()
    .sections.map(({ fragments }) =>
      fragments.flatMap(({ origin, ops }) =>
        ops.flatMap((op) => (op.op !== 'raise' && 'say' in op && op.say !== undefined ? [`${origin.step}: ${op.say}`] : [])),
      ),
    );
  return { host, container };
}

describe('the sysctl plugin', () => {
  it('is exported by name and as default', () => {
    expect(sysctl).to.equal(sysctlPlugin);
  });

  it('sets names and sysctls, and looks first whose they are', async () => {
    const namespaces = [{ type: 'uts' }, { type: 'network' }] as const;
    const { container } = await planned({
      ...usual,
      hostname: 'box',
      domainname: 'dom',
      linux: { namespaces, sysctl: { 'net.ipv4.ip_forward': '1' } },
    });
    expect(container).to.include.members([
      'kernel.set: set the hostname to "box"',
      'kernel.set: set the domainname to "dom"',
      'kernel.set: set the sysctl net.ipv4.ip_forward to "1"',
    ]);
    expect(await planned(usual)).to.deep.equal({ host: [], container: [] });
  });

  it('looks at a joined namespace on both sides before it changes it', async () => {
    const linux = { namespaces: [{ type: 'uts', path: '/run/uts' }] as const };
    const { host, container } = await planned({ ...usual, hostname: 'box', linux });
    expect(host).to.include('kernel.compare: look at our own uts namespace');
    expect(container.findIndex((line) => line.includes('look at the uts namespace'))).to.be.within(
      0,
      container.findIndex((line) => line.includes('hostname')),
    );
  });

  it('says where the config is wrong, before anything is run', async () => {
    const wrong: [spec: Spec, pointer: string][] = [
      [{ ...usual, hostname: 'box' }, '/hostname'],
      [{ ...usual, linux: { sysctl: { 'vm.swappiness': '1' } } }, '/linux/sysctl/vm.swappiness'],
    ];
    for (const [spec, pointer] of wrong) {
      const error: unknown = await planned(spec).catch((reason: unknown) => reason);
      expect(error, pointer).to.have.nested.property('cause.issues[0].pointer', pointer);
    }
  });

  it('sets nothing for what is executed in a container', async () => {
    const { program } = await planExec(sysctlPlugin, { spec: { ...usual, hostname: 'box', linux: { namespaces: [{ type: 'uts' }] } } });
    expect(program.source().sections.flatMap(({ fragments }) => fragments)).to.deep.equal([]);
  });
});
