import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { createContext, type CreateContext, createPipeline, execContext, execPipeline } from '@standpipe/runtime-api';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSettings, linuxHostFacts, loadAssembly } from '../../src/index.js';

const process = {
  ...defaultSpec().process!,
  terminal: false,
  user: { uid: 5, gid: 6, additionalGids: [7], umask: 0o27 },
  noNewPrivileges: true,
  rlimits: [{ type: 'RLIMIT_NOFILE', soft: 10, hard: 20 }] as const,
};
const spec: Spec = { ...defaultSpec(), process, linux: { ...defaultSpec().linux, personality: { domain: 'LINUX32' } } };

/** Steps that restrict what a container is made of, and not its process. */
const ofTheContainer: readonly string[] = ['kernel.set', 'start.await', 'command.find'];
/** Phases in which a process is restricted. */
const restricting: readonly string[] = ['restrict', 'start'];

/** What each step has the container half do. Registers and labels go by their names. */
function containerHalf({ program }: CreateContext): Map<string, string> {
  const steps = new Map<string, string>();
  const show = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? `${String(value)}n` : value instanceof Uint8Array ? [...value] : value;
  for (const { origin, ops } of program.source().sections.find(({ name }) => name === 'container')!.fragments)
    steps.set(origin.step, (steps.get(origin.step) ?? '') + ops.map((op) => `${JSON.stringify(op, show)}\n`).join(''));
  return steps;
}

describe('what restricts a process', () => {
  it('is the same, step by step and op by op, for the first of a container and for those executed in it', async () => {
    const assembly = await loadAssembly();
    const settings = createSettings({ id: 'web', bundle: '/b', stateRoot: '/run/standpipe' });
    const facts = linuxHostFacts();
    const created = createContext({ spec, settings, facts });
    await assembly.pipeline(createPipeline).run(created);
    const container = { pid: 1, pidfdInode: '1', namespaces: { mount: 1 }, cgroups: [] };
    const executed = execContext({ spec, process, settings, facts, container });
    await assembly.pipeline(execPipeline).run(executed);

    const wanted = assembly
      .pipeline(createPipeline)
      .describe()
      .phases.filter(({ name }) => restricting.includes(name))
      .flatMap(({ steps }) => steps.map(({ id }) => id))
      .filter((id) => !ofTheContainer.includes(id));
    const [first, later] = [containerHalf(created), containerHalf(executed)];
    for (const step of [...wanted, 'init.ready', 'process.exec']) expect(later.get(step), step).to.equal(first.get(step));
    expect(wanted).to.include.members(['process.limit', 'capabilities.bound', 'user.become', 'capabilities.set']);
    for (const step of ['process.limit', 'capabilities.bound', 'user.become', 'capabilities.set'])
      expect(later.get(step), step).not.to.be.oneOf([undefined, '']);
    const order = (steps: Map<string, string>): string[] => [...steps.keys()].filter((step) => wanted.includes(step));
    expect(order(later)).to.deep.equal(order(first));
  });
});
