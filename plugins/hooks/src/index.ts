/**
 * The hooks of config.json in the create pipeline.
 *
 * @packageDocumentation
 */
import { type HookKind, type HooksPlan, type HooksRegs, planHooks, planPoststopUndo, type PoststopPlan } from '@standpipe/hooks';
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import type { Op } from '@standpipe/program';
import { type CreateContext, createPipeline, HonouredSpec, Meeting, reportToLog, RuntimeFeatures } from '@standpipe/runtime-api';

/** They are due from when the container is there, and until somebody else answers for it. */
const Poststop = slot<PoststopPlan>('hooks.poststop');

const { prepare, hooks: create, commit } = createPipeline.phase;

export const hooksPlugin: Plugin = definePlugin({
  id: 'hooks',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/hooks'] })),
    extend(RuntimeFeatures, () => () => ({ hooks: true })),
    step(prepare, {
      id: 'hooks.poststop',
      after: ['init.begin', 'signals.hold'],
      // The first to be done is the last to be undone: nothing is left of the container when they run.
      before: ['state.make', 'cgroups.make', 'terminal.connect', 'mounts.prepare', 'kernel.compare'],
      writes: [Poststop],
      run(context) {
        const { spec, program, regs, slots } = context;
        const { poststop: hooks = [] } = spec.hooks ?? {};
        if (hooks.length === 0) return;
        const plan = planPoststopUndo({ hooks, container: containerOf(context) }, warn(context), {
          sentence: regs.sync.sentence,
          ...outside(context),
        });
        slots.set(Poststop, plan);
        program.host(plan.register);
        addSections(context, plan);
      },
    }),
    step(create, {
      id: 'hooks.create',
      reads: [Poststop, Meeting],
      run(context) {
        const { spec, program, regs, slots } = context;
        const { prestart = [], createRuntime = [] } = spec.hooks ?? {};
        const poststop = slots.get(Poststop);
        if (prestart.length > 0 || createRuntime.length > 0 || poststop !== undefined) {
          const meeting = slots.need(Meeting);
          program.container(meeting.reach());
          program.host(
            meeting.hold([
              ...(poststop?.arm ?? []),
              ...plan(context, 'prestart', { pid: regs.pid, ...outside(context) }),
              ...plan(context, 'createRuntime', { pid: regs.pid, ...outside(context) }),
            ]),
          );
        }
        // As runc has it, they are run in the root filesystem, while the runtime's is still the root.
        program.container(plan(context, 'createContainer', { cwd: regs.root }));
      },
    }),
    step(commit, {
      id: 'hooks.start',
      // What they run lies in the container, so it is confined by all that confines the command, as under runc.
      after: ['init.ready', 'process.hand-over', 'landlock.enter', 'seccomp.load'],
      before: ['process.exec'],
      run: (context) => context.program.container(plan(context, 'startContainer', {})),
    }),
    step(commit, {
      id: 'hooks.poststart',
      after: ['init.await', 'state.publish', 'pidfd.send'],
      before: ['init.leave', 'terminal.supervise'],
      reads: [Poststop],
      run(context) {
        const { program, settings, regs, slots } = context;
        // What is started later is whoever starts it to tell of.
        if (settings.hold !== true) program.host(plan(context, 'poststart', { pid: regs.pid, ...outside(context) }));
        if (settings.keep) program.host(slots.get(Poststop)?.disarm ?? []);
      },
    }),
  ],
});

function plan(context: CreateContext, kind: HookKind, regs: Omit<HooksRegs, 'sentence'>): Op[] {
  const { spec, regs: shared } = context;
  const planned = planHooks(
    { kind, hooks: spec.hooks?.[kind] ?? [], container: containerOf(context) },
    { ...regs, sentence: shared.sync.sentence },
  );
  addSections(context, planned);
  return planned.ops;
}

/** Like runc, which changes to the bundle at once. */
function outside({ settings }: CreateContext): { cwd: string; interruptible: true } {
  return { cwd: settings.bundle, interruptible: true };
}

function addSections({ program }: CreateContext, { sections }: Pick<HooksPlan, 'sections'>): void {
  for (const section of sections) program.section(section);
}

function containerOf({ spec, settings }: CreateContext): {
  ociVersion: string;
  id: string;
  bundle: string;
  annotations?: Record<string, string>;
} {
  const { ociVersion, annotations } = spec;
  return { ociVersion, id: settings.id, bundle: settings.bundle, annotations };
}

/** What is told of a poststop hook that failed. The standard error of a program whose caller stays with it is the container's. */
function warn({ settings }: CreateContext): Op[] {
  const print: Op = { op: 'report', fd: 2, prefix: `${settings.name}: warning: `, suffix: '\n', escape: 'text' };
  return [...(settings.onCreated === undefined ? [print] : []), ...reportToLog(settings, 'warning', new Date())];
}

export default hooksPlugin;
