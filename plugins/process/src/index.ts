/**
 * The user's process in the create pipeline: who it is, what it is limited to, where it is, and its execve(2). Hostname, domainname
 * and sysctls as well, which are set at the same time.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CwdPlan,
  type Environment,
  type NamespaceSettingsPlan,
  planAdmission,
  planCloseFds,
  planCwd,
  planEnvironment,
  planExec,
  planFindCommand,
  planMakeCwd,
  planNamespaceSettings,
  planRestrictions,
  planSessionKeyring,
  planStdioOwner,
  planUser,
} from '@standpipe/process';
import { createPipeline, HonouredSpec, Setgroups } from '@standpipe/runtime-api';

const { prepare, admit, rootfs, restrict, start, commit } = createPipeline.phase;

const Settings = slot<NamespaceSettingsPlan>('process.namespace-settings');
const Cwd = slot<CwdPlan>('process.cwd');
const Env = slot<Environment>('process.environment');

export const processPlugin: Plugin = definePlugin({
  id: 'process',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({
      pointers: ['/process', '/hostname', '/domainname', '/linux/sysctl', '/linux/personality', '/linux/memoryPolicy'],
    })),
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
    step(admit, {
      id: 'process.admit',
      run({ spec, process, program, regs }) {
        const inUserNamespace = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
        program.host(planAdmission(process, { pid: regs.pid, inUserNamespace }));
      },
    }),
    step(rootfs, {
      id: 'cwd.make',
      after: ['mounts.mount'],
      run: ({ process, program, regs }) => program.container(planMakeCwd(process.cwd, regs.root)),
    }),
    step(restrict, {
      id: 'keyring.join',
      before: ['kernel.set'],
      run({ settings, program }) {
        if (settings.noNewKeyring !== true) program.container(planSessionKeyring(`_ses.${settings.id}`));
      },
    }),
    step(restrict, {
      id: 'kernel.set',
      reads: [Settings],
      run: ({ program, slots }) => program.container(slots.need(Settings).container),
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
      reads: [Setgroups],
      run({ process: { user }, program, slots }) {
        program.container([...planStdioOwner(user.uid), ...planUser(user, { setgroups: slots.get(Setgroups) })]);
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
    step(start, {
      id: 'command.find',
      before: ['start.await'],
      reads: [Env],
      run({ process: { args }, settings, program, slots }) {
        // What runs at once finds out by itself.
        if (settings.hold === true) program.container(planFindCommand(args, slots.need(Env)));
      },
    }),
    step(commit, {
      id: 'process.exec',
      reads: [Env],
      run: ({ process: { args }, settings, program, slots }) =>
        program.container([...planCloseFds(settings.preserveFds), ...planExec(args, slots.need(Env))]),
    }),
  ],
});

export default processPlugin;
