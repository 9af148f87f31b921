/**
 * The user's process in the create and exec pipelines: who it is, what it is limited to, where it is, and its execve(2).
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CwdPlan,
  type Environment,
  planAdmission,
  planCwd,
  planEnvironment,
  planExec,
  planFindCommand,
  planHandOver,
  planMakeCwd,
  planRestrictions,
  planSessionKeyring,
  planStdioOwner,
  planUser,
  probeProcess,
} from '@standpipe/process';
import {
  createPipeline,
  HonouredSpec,
  HostChecks,
  OriginalGroups,
  processPhases,
  RuntimeFeatures,
  Setgroups,
} from '@standpipe/runtime-api';

const Cwd = slot<CwdPlan>('process.cwd');
const Env = slot<Environment>('process.environment');

export const processPlugin: Plugin = definePlugin({
  id: 'process',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process', '/linux/personality', '/linux/memoryPolicy'] })),
    extend(HostChecks, () => (host) => probeProcess(host.facts)),
    extend(RuntimeFeatures, () => () => ({ memoryPolicy: true })),
    step(createPipeline.phase.rootfs, {
      id: 'cwd.make',
      after: ['mounts.mount'],
      run: ({ process, program, regs }) => program.container(planMakeCwd(process.cwd, regs.root)),
    }),
    step(createPipeline.phase.start, {
      id: 'command.find',
      before: ['start.await'],
      reads: [Env],
      // What runs at once finds out by itself.
      run: ({ process: { args }, settings, program, slots }) =>
        program.container(settings.hold === true ? planFindCommand(args, slots.need(Env)) : []),
    }),
    ...processPhases.flatMap(({ admit, restrict, commit }) => [
      step(admit, {
        id: 'process.admit',
        run({ spec, process, program, regs }) {
          const inUserNamespace = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
          program.host(planAdmission(process, { pid: regs.pid, inUserNamespace }));
        },
      }),
      step(restrict, {
        id: 'keyring.join',
        before: ['kernel.set', 'process.limit'],
        run: ({ settings: { id, noNewKeyring }, program }) =>
          program.container(noNewKeyring === true ? [] : planSessionKeyring(`_ses.${id}`)),
      }),
      step(restrict, {
        id: 'process.limit',
        after: ['kernel.set'],
        before: ['user.become'],
        run: ({ spec, process, program }) => program.container(planRestrictions({ ...spec.linux, ...process })),
      }),
      step(restrict, {
        id: 'cwd.enter',
        after: ['process.limit'],
        before: ['user.become'],
        writes: [Cwd],
        run({ process, program, slots }) {
          const plan = planCwd(process.cwd);
          slots.set(Cwd, plan);
          program.container(plan.beforeUser);
        },
      }),
      step(restrict, {
        id: 'user.become',
        reads: [Setgroups, OriginalGroups],
        run({ process: { user }, program, slots }) {
          program.container(planStdioOwner(user.uid));
          program.container(planUser(user, { setgroups: slots.get(Setgroups), keepGroups: slots.get(OriginalGroups) }));
        },
      }),
      step(restrict, {
        id: 'cwd.check',
        after: ['user.become'],
        before: ['capabilities.set'],
        reads: [Cwd],
        run: ({ program, slots }) => program.container(slots.need(Cwd).afterUser),
      }),
      step(restrict, {
        id: 'environment.complete',
        after: ['cwd.check'],
        before: ['capabilities.set'],
        writes: [Env],
        run({ process: { env = [], user }, settings, program, slots }) {
          const { ops, environment } = planEnvironment(env, { uid: user.uid, listenFds: settings.listenFds });
          slots.set(Env, environment);
          program.container(ops);
        },
      }),
      step(commit, {
        id: 'process.hand-over',
        before: ['process.exec'],
        run: ({ settings, program }) => program.container(planHandOver(settings.preserveFds)),
      }),
      step(commit, {
        id: 'process.exec',
        reads: [Env],
        // Alone, for what is loaded between the two need then allow nothing but execve(2).
        run: ({ process: { args }, program, slots }) => program.container(planExec(args, slots.need(Env), { keepSignals: true })),
      }),
    ]),
  ],
});

export default processPlugin;
