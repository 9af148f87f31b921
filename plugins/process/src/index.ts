/**
 * The user's process in the create and exec pipelines: who it is, what it is limited to, where it is, and its execve(2). Hostname,
 * domainname and sysctls of a new container as well, which are set at the same time.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CwdPlan,
  type Environment,
  type ExecCpuAffinityPlan,
  KEEP_ORIGINAL_GROUPS,
  keepsOriginalGroups,
  type NamespaceSettingsPlan,
  planAdmission,
  planCwd,
  planEnvironment,
  planExec,
  planExecCpuAffinity,
  planFindCommand,
  planHandOver,
  planMakeCwd,
  planNamespaceSettings,
  planRestrictions,
  planSessionKeyring,
  planStdioOwner,
  planUser,
} from '@standpipe/process';
import {
  createPipeline,
  execPipeline,
  HonouredSpec,
  OriginalGroups,
  processPhases,
  RuntimeFeatures,
  Setgroups,
} from '@standpipe/runtime-api';

const { prepare, rootfs, restrict } = createPipeline.phase;

const Settings = slot<NamespaceSettingsPlan>('process.namespace-settings');
const Cpus = slot<ExecCpuAffinityPlan>('process.cpus');
const Cwd = slot<CwdPlan>('process.cwd');
const Env = slot<Environment>('process.environment');

export const processPlugin: Plugin = definePlugin({
  id: 'process',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/process', '/hostname', '/domainname', '/linux/sysctl', '/linux/personality', '/linux/memoryPolicy'],
    })),
    extend(RuntimeFeatures, () => () => ({ memoryPolicy: true, potentiallyUnsafeConfigAnnotations: [KEEP_ORIGINAL_GROUPS] })),
    step(prepare, {
      id: 'kernel.compare',
      after: ['init.begin'],
      writes: [Settings],
      run({ spec, program, slots }) {
        const { hostname, domainname, linux } = spec;
        const plan = planNamespaceSettings({ hostname, domainname, sysctl: linux?.sysctl }, { namespaces: linux?.namespaces ?? [] });
        slots.set(Settings, plan);
        program.host(plan.host);
      },
    }),
    step(rootfs, {
      id: 'cwd.make',
      after: ['mounts.mount'],
      run: ({ process, program, regs }) => program.container(planMakeCwd(process.cwd, regs.root)),
    }),
    step(restrict, {
      id: 'kernel.set',
      reads: [Settings],
      run: ({ program, slots }) => program.container(slots.need(Settings).container),
    }),
    step(createPipeline.phase.start, {
      id: 'command.find',
      before: ['start.await'],
      reads: [Env],
      run({ process: { args }, settings, program, slots }) {
        // What runs at once finds out by itself.
        if (settings.hold === true) program.container(planFindCommand(args, slots.need(Env)));
      },
    }),
    step(execPipeline.phase.isolate, {
      id: 'cpus.set',
      before: ['namespaces.clone'],
      writes: [Cpus],
      run({ process: { execCPUAffinity = {} }, program, slots }) {
        const plan = planExecCpuAffinity(execCPUAffinity);
        slots.set(Cpus, plan);
        program.host(plan.beforeClone);
      },
    }),
    step(execPipeline.phase.isolate, {
      id: 'cpus.restore',
      after: ['namespaces.clone'],
      reads: [Cpus],
      run: ({ program, slots }) => program.host(slots.need(Cpus).afterClone),
    }),
    step(execPipeline.phase.restrict, {
      id: 'cpus.limit',
      before: ['process.limit'],
      reads: [Cpus],
      run: ({ program, slots }) => program.container(slots.need(Cpus).final),
    }),
    ...processPhases.flatMap(({ prepare: weigh, admit, restrict: limit, commit }) => [
      step(weigh, {
        id: 'groups.weigh',
        after: ['init.begin'],
        writes: [OriginalGroups],
        run({ spec, facts, slots, warnings }) {
          const { keep, warning } = keepsOriginalGroups(spec.annotations, { uid: facts.uid, uidMap: facts.readText('/proc/self/uid_map') });
          slots.set(OriginalGroups, keep);
          if (warning !== undefined) warnings.push(warning);
        },
      }),
      step(admit, {
        id: 'process.admit',
        run({ spec, process, program, regs }) {
          const inUserNamespace = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
          program.host(planAdmission(process, { pid: regs.pid, inUserNamespace }));
        },
      }),
      step(limit, {
        id: 'keyring.join',
        before: ['kernel.set', 'process.limit'],
        run({ settings, program }) {
          if (settings.noNewKeyring !== true) program.container(planSessionKeyring(`_ses.${settings.id}`));
        },
      }),
      step(limit, {
        id: 'process.limit',
        after: ['kernel.set'],
        before: ['user.become'],
        run: ({ spec, process, program }) => program.container(planRestrictions({ ...spec.linux, ...process })),
      }),
      step(limit, {
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
      step(limit, {
        id: 'user.become',
        reads: [Setgroups, OriginalGroups],
        run({ process: { user }, program, slots }) {
          const groups = { setgroups: slots.get(Setgroups), keepGroups: slots.get(OriginalGroups) };
          program.container([...planStdioOwner(user.uid), ...planUser(user, groups)]);
        },
      }),
      step(limit, {
        id: 'cwd.check',
        after: ['user.become'],
        before: ['capabilities.set'],
        reads: [Cwd],
        run: ({ program, slots }) => program.container(slots.need(Cwd).afterUser),
      }),
      step(limit, {
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
