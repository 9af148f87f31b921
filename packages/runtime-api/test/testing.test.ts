import { definePlugin, slot } from '@standpipe/kernel';
import { link, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CreateContext, createPipeline, execPipeline, HonouredSpec, processPhases } from '../src/index.js';
import { planCreate, planExec } from '../src/testing.js';

const Greeting = slot<string>('greeting.text');

const plugin = definePlugin({
  id: 'greeting',
  api: 1,
  declare: ({ step, extend }) => [
    extend(HonouredSpec, () => ({ pointers: ['/hostname'] })),
    step(createPipeline.phase.restrict, { id: 'greeting.late', run: ({ program }) => program.host([sys('getpid', [])]) }),
    step(createPipeline.phase.validate, {
      id: 'greeting.early',
      reads: [Greeting],
      run({ spec, settings, facts, slots, warnings }) {
        warnings.push({
          pointer: '/hostname',
          message: `${slots.need(Greeting)}, ${String(spec.hostname)} of ${settings.id} for ${String(facts.uid)}`,
        });
      },
    }),
  ],
});

describe('planCreate', () => {
  it("runs a plugin's steps in the order of the phases, on what the test gives", async () => {
    const seen: CreateContext[] = [];
    const context = await planCreate(plugin, {
      spec: { hostname: 'boat' },
      settings: { id: 'web' },
      facts: { uid: 7 },
      prepare(made) {
        seen.push(made);
        made.slots.set(Greeting, 'hello');
      },
    });
    expect(seen).to.deep.equal([context]);
    expect(context.warnings.map(({ message }) => message)).to.deep.equal(['hello, boat of web for 7']);
    expect(link(context.program.source()).ops.map(({ origin }) => `${origin.plugin}/${origin.step}`)).to.include('greeting/greeting.late');
  });

  it('fails as the pipeline does', async () => {
    const error: unknown = await planCreate(plugin).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'STEP_FAILED', step: 'greeting.early' });
  });
});

describe('createContext', () => {
  it('has registers of its own for each container', async () => {
    const silent = definePlugin({ id: 'silent', api: 1, declare: () => [] });
    const [one, two] = [await planCreate(silent, { settings: { preserveFds: 3 } }), await planCreate(silent)];
    for (const name of ['pid', 'pidfd', 'root', 'code'] as const) expect(one.regs[name]).not.to.equal(two.regs[name]);
    expect(one.regs.sync.host).not.to.equal(one.regs.sync.container);
    expect([one.program.controlFd, two.program.controlFd]).to.deep.equal([6, 3]);
  });

  it('needs a process to make a container of', async () => {
    const silent = definePlugin({ id: 'silent', api: 1, declare: () => [] });
    const error: unknown = await planCreate(silent, { spec: { process: undefined } }).catch((reason: unknown) => reason);
    expect(error).to.have.nested.property('issues[0].pointer', '/process');
  });
});

describe('createPipeline', () => {
  it('has the phases in the order that security asks for', () => {
    expect(createPipeline.phases).to.deep.equal([
      'validate',
      'prepare',
      'isolate',
      'admit',
      'release',
      'rootfs',
      'devices',
      'hooks',
      'pivot',
      'restrict',
      'start',
      'commit',
    ]);
  });
});

describe('execPipeline', () => {
  it('has phases of create, in the same order', () => {
    const names: readonly string[] = execPipeline.phases;
    expect(createPipeline.phases.filter((name) => names.includes(name))).to.deep.equal(names);
    expect(processPhases.map(({ restrict }) => restrict.pipeline.id)).to.deep.equal(['create', 'exec']);
  });

  it('runs steps that are placed in both, with the process to be executed and the container that it joins', async () => {
    const seen: unknown[] = [];
    const both = definePlugin({
      id: 'both',
      api: 1,
      declare: ({ step }) =>
        processPhases.map(({ restrict }) =>
          step(restrict, {
            id: 'both.look',
            run({ spec, process, container, program }) {
              seen.push([spec.process?.args, process.args, container?.pid]);
              program.container([sys('getpid', [])]);
            },
          }),
        ),
    });
    await planCreate(both);
    const context = await planExec(both, { process: { args: ['id'] } });
    expect(seen).to.deep.equal([
      [['true'], ['true'], undefined],
      [['true'], ['id'], 1000],
    ]);
    expect(link(context.program.source()).ops.map(({ origin }) => `${origin.plugin}/${origin.step}`)).to.include('both/both.look');
  });
});
