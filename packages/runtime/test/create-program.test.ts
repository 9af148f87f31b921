import { assemble, definePlugin } from '@standpipe/kernel';
import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { disassemble, programToJson } from '@standpipe/program';
import { createPipeline, type HostFacts } from '@standpipe/runtime-api';
import { PlumbingError, SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { compileProgram } from '../src/compile-program.js';
import { createProgram } from '../src/create-program.js';
import { createSettings } from '../src/create-settings.js';
import { loadAssembly } from '../src/load-assembly.js';
import { plugins } from '../src/plugins.js';

/** A machine like any: nothing of this one comes into the programs. */
const facts: HostFacts = {
  uid: 0,
  gid: 0,
  env: {},
  readText: (path) => (path === '/proc/sys/kernel/cap_last_cap' ? '40\n' : path === '/proc/self/cgroup' ? '0::/\n' : undefined),
  systemProgram: () => undefined,
  landlockAbi: () => 0,
  isTerminal: () => false,
};

const settings = createSettings({ id: 'it', bundle: '/bundle', stateRoot: '/run/standpipe' });

function bundle(change: (spec: Record<string, unknown>) => void = () => undefined): { path: string; spec: Spec; warnings: [] } {
  const spec = structuredClone(defaultSpec()) as unknown as Record<string, unknown>;
  spec['mounts'] = (spec['mounts'] as { type: string }[]).filter(({ type }) => type !== 'cgroup');
  (spec['process'] as { terminal: boolean }).terminal = false;
  change(spec);
  return { path: '/bundle', spec: spec as unknown as Spec, warnings: [] };
}

const prompting = definePlugin({
  id: 'prompting',
  api: 1,
  declare: ({ step }) => [step(createPipeline.phase.admit, { id: 'user.ask', run: ({ program }) => program.callback(() => undefined) })],
});

describe('createProgram', () => {
  it('is pure: same input, same program, to the byte', async () => {
    const [one, two] = [
      await createProgram(await loadAssembly(), bundle(), settings, facts),
      await createProgram(await loadAssembly(), bundle(), settings, facts),
    ];
    expect(disassemble(one.program)).to.equal(disassemble(two.program));
    expect(one.program.ops.length).to.be.greaterThan(200);
  });

  it('gives every op its plugin and step, and what the config asked for its pointer', async () => {
    const { program } = await createProgram(await loadAssembly(), bundle(), settings, facts);
    const { ops } = JSON.parse(JSON.stringify(programToJson(program))) as { ops: { plugin?: string; step?: string; pointer?: string }[] };
    expect(ops.filter(({ plugin, step }) => plugin === undefined || step === undefined)).to.deep.equal([]);
    const pointers = new Set(ops.map(({ pointer }) => pointer));
    for (const pointer of ['/mounts/0', '/linux/maskedPaths/0', '/process/cwd', '/process/args/0', '/hostname', '/process/rlimits/0']) {
      expect(pointers.has(pointer), pointer).to.equal(true);
    }
  });

  it('says every op that can fail in words', async () => {
    const { program } = await createProgram(await loadAssembly(), bundle(), settings, facts);
    // umask(2) has no way to fail.
    const silent = program.ops.filter(
      ({ op, undoing }) => op.op === 'syscall' && op.name !== 'umask' && !undoing && op.unless?.errno !== 'any' && op.say === undefined,
    );
    expect([
      ...new Set(silent.map(({ op, origin }) => `${origin.plugin}/${origin.step}: ${op.op === 'syscall' ? op.name : ''}`)),
    ]).to.deep.equal([]);
  });

  it('warns of what no plugin puts into effect, and refuses it when strict', async () => {
    const asking = bundle((spec) => {
      spec['linux'] = { ...(spec['linux'] as object), intelRdt: { closID: 'some' } };
    });
    const { warnings } = await createProgram(await loadAssembly(), asking, settings, facts);
    expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/linux/intelRdt']);
    const refused: unknown = await createProgram(await loadAssembly(), asking, { ...settings, strict: true }, facts).catch(
      (error: unknown) => error,
    );
    const { cause } = refused as Error;
    expect(SpecError.is(cause) && cause.issues.map(({ pointer }) => pointer)).to.deep.equal(['/linux/intelRdt']);
  });
});

describe('compileProgram', () => {
  it('names the step that must run TypeScript', async () => {
    const assembly = await assemble({
      config: {
        api: 1,
        plugins: {
          ...Object.fromEntries(
            Object.keys(plugins)
              .filter((name) => !['host-root', 'reaper'].includes(name))
              .map((name) => [name, {}]),
          ),
          prompting: {},
        },
      },
      plugins: { ...plugins, prompting },
      pipelines: [createPipeline],
    });
    expect((await createProgram(assembly, bundle(), settings, facts)).callbacks).to.have.length(1);
    const error: unknown = await compileProgram(assembly, bundle(), settings, facts).catch((reason: unknown) => reason);
    expect(PlumbingError.is(error) && [error.code, error.message]).to.deep.equal([
      'NOT_COMPILABLE',
      "this container can't be compiled: prompting/user.ask must run TypeScript while it is set up",
    ]);
  });
});
