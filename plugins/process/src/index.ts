/**
 * The user's process in the create pipeline: what it is limited to, who it is, where it is, and its execve(2).
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import {
  type CwdPlan,
  parseEnv,
  planCloseFds,
  planCwd,
  planExec,
  planMakeCwd,
  planNames,
  planNoNewPrivileges,
  planRaiseRlimits,
  planRlimits,
  planUser,
} from '@standpipe/process';
import { createPipeline, HonouredSpec, Setgroups } from '@standpipe/runtime-api';

const { admit, rootfs, restrict, commit } = createPipeline.phase;
const root = { uid: 0, gid: 0 };

const Cwd = slot<CwdPlan>('process.cwd');

export const processPlugin: Plugin = definePlugin({
  id: 'process',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process', '/hostname', '/domainname'] })),
    step(admit, {
      id: 'limits.raise',
      run({ spec, program, regs }) {
        const inUserNamespace = spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
        if (inUserNamespace) program.host(planRaiseRlimits(spec.process?.rlimits ?? [], regs.pid));
      },
    }),
    step(rootfs, {
      id: 'cwd.make',
      after: ['mounts.mount'],
      run: ({ spec, program, regs }) => program.container(planMakeCwd(spec.process?.cwd ?? '/', regs.root)),
    }),
    step(restrict, {
      id: 'names.set',
      run: ({ spec, program }) => program.container(planNames(spec)),
    }),
    step(restrict, {
      id: 'limits.set',
      after: ['names.set'],
      before: ['user.become'],
      run: ({ spec, program }) => program.container(planRlimits(spec.process?.rlimits ?? [])),
    }),
    step(restrict, {
      id: 'privileges.forgo',
      after: ['limits.set'],
      before: ['user.become'],
      run({ spec, program }) {
        if (spec.process?.noNewPrivileges === true) program.container(planNoNewPrivileges());
      },
    }),
    step(restrict, {
      id: 'cwd.enter',
      after: ['privileges.forgo'],
      before: ['user.become'],
      writes: [Cwd],
      run({ spec, program, slots }) {
        const plan = planCwd(spec.process?.cwd ?? '/');
        slots.set(Cwd, plan);
        program.container(plan.beforeUser);
      },
    }),
    step(restrict, {
      id: 'user.become',
      reads: [Setgroups],
      run: ({ spec, program, slots }) => program.container(planUser(spec.process?.user ?? root, { setgroups: slots.get(Setgroups) })),
    }),
    step(restrict, {
      id: 'cwd.check',
      after: ['user.become'],
      before: ['capabilities.set'],
      reads: [Cwd],
      run: ({ program, slots }) => program.container(slots.need(Cwd).afterUser),
    }),
    step(commit, {
      id: 'process.exec',
      run({ spec, program, settings }) {
        program.container([...planCloseFds(settings.preserveFds), ...planExec(spec.process?.args ?? [], parseEnv(spec.process?.env ?? []))]);
      },
    }),
  ],
});

export default processPlugin;
