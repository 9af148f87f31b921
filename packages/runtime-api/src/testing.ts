/**
 * Running a plugin's steps by themselves, to look at the ops that they append.
 *
 *     const { program } = await planCreate(greetingPlugin, { spec: { hostname: 'boat' } });
 *     console.log(disassemble(link(program.source())));
 *
 * @packageDocumentation
 */
import type { Plugin } from '@standpipe/kernel';
import { assembleForTest, type TestSettings } from '@standpipe/kernel/testing';
import { OCI_VERSION, type Spec } from '@standpipe/oci-spec';
import { sys } from '@standpipe/program';
import { createContext, type CreateContext, type CreateSettings } from './create-context.js';
import type { HostFacts } from './host-facts.js';
import { createPipeline } from './pipelines.js';

export interface PlanCreateInput extends TestSettings {
  /** What the config.json says; its version, root and a process are filled in. */
  readonly spec?: Partial<Spec>;
  readonly settings?: Partial<CreateSettings>;
  /** Left out: root's, of a machine that answers nothing. */
  readonly facts?: Partial<HostFacts>;
  /** Called before the steps, to fill slots that others would. */
  readonly prepare?: (context: CreateContext) => void;
}

const settings: CreateSettings = {
  id: 'test',
  bundle: '/bundle',
  stateRoot: '/run/standpipe',
  detach: false,
  keep: false,
  noPivot: false,
  standalone: false,
  preserveFds: 0,
  pidFile: undefined,
  consoleSocket: undefined,
  log: undefined,
  failureCodes: { setUp: 1, notFound: 127, notExecutable: 126 },
  strict: false,
  name: 'standpipe',
};

const facts: HostFacts = {
  uid: 0,
  gid: 0,
  env: {},
  readText: () => undefined,
  systemProgram: () => undefined,
  landlockAbi: () => 0,
  isTerminal: () => false,
};

/** Assembles one plugin and runs its steps of the create pipeline. Both halves end with exit_group(1) unless the plugin ends them. */
export async function planCreate(plugin: Plugin, input: PlanCreateInput = {}): Promise<CreateContext> {
  const context = createContext({
    spec: {
      ociVersion: OCI_VERSION,
      root: { path: 'rootfs' },
      process: { user: { uid: 0, gid: 0 }, cwd: '/', args: ['true'] },
      ...input.spec,
    },
    settings: { ...settings, ...input.settings },
    facts: { ...facts, ...input.facts },
  });
  for (const half of ['host', 'container'] as const) context.program.end(half, [sys('exit_group', [1])]);
  input.prepare?.(context);
  const assembly = await assembleForTest(plugin, input);
  try {
    await assembly.pipeline(createPipeline).run(context);
  } finally {
    await assembly.close();
  }
  return context;
}
