/**
 * Running a plugin's steps by themselves, to look at the ops that they append.
 *
 *     const { program } = await planCreate(greetingPlugin, { spec: { hostname: 'boat' } });
 *     console.log(disassemble(link(program.source())));
 *
 * `planExec` does the same for the exec pipeline.
 *
 * @packageDocumentation
 */
import type { Pipeline, Plugin } from '@standpipe/kernel';
import { assembleForTest, type TestSettings } from '@standpipe/kernel/testing';
import { OCI_VERSION, type Process, type Spec } from '@standpipe/oci-spec';
import { sys } from '@standpipe/program';
import { createContext, type CreateContext, type CreateSettings } from './create-context.js';
import { execContext, type ExecContext, type ExecSettings } from './exec-context.js';
import { execPipeline } from './exec-pipeline.js';
import type { HostFacts } from './host-facts.js';
import type { JoinedContainer } from './joined-container.js';
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

const process: Process = { user: { uid: 0, gid: 0 }, cwd: '/', args: ['true'] };

/** Assembles one plugin and runs its steps of the create pipeline. Both halves end with exit_group(1) unless the plugin ends them. */
export async function planCreate(plugin: Plugin, input: PlanCreateInput = {}): Promise<CreateContext> {
  const context = createContext({
    spec: { ociVersion: OCI_VERSION, root: { path: 'rootfs' }, process, ...input.spec },
    settings: { ...settings, ...input.settings },
    facts: { ...facts, ...input.facts },
  });
  endBothHalves(context);
  input.prepare?.(context);
  await runSteps(plugin, input, createPipeline, context);
  return context;
}

export interface PlanExecInput extends Omit<PlanCreateInput, 'settings'> {
  readonly settings?: Partial<ExecSettings>;
  /** What is executed; filled in like the container's own. */
  readonly process?: Partial<Process>;
  readonly container?: Partial<JoinedContainer>;
}

/** The same with its steps of the exec pipeline. Left out, the container is process 1000 in a mount namespace of its own. */
export async function planExec(plugin: Plugin, input: PlanExecInput = {}): Promise<ExecContext> {
  const context = execContext({
    spec: { ociVersion: OCI_VERSION, root: { path: 'rootfs' }, process, ...input.spec },
    process: { ...process, ...input.process },
    settings: { ...settings, ...input.settings },
    facts: { ...facts, ...input.facts },
    container: { pid: 1000, pidfdInode: '77', namespaces: { mount: 4_026_532_001 }, cgroups: [], ...input.container },
  });
  endBothHalves(context);
  input.prepare?.(context);
  await runSteps(plugin, input, execPipeline, context);
  return context;
}

function endBothHalves({ program }: CreateContext): void {
  for (const half of ['host', 'container'] as const) program.end(half, [sys('exit_group', [1])]);
}

async function runSteps<C>(plugin: Plugin, input: TestSettings, pipeline: Pipeline<C>, context: C): Promise<void> {
  const assembly = await assembleForTest(plugin, input);
  try {
    await assembly.pipeline(pipeline).run(context);
  } finally {
    await assembly.close();
  }
}
