/**
 * process.selinuxLabel in the create and exec pipelines, and that SELinux runs where labels are asked for.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type CreateContext, createPipeline, HonouredSpec, processPhases, RuntimeFeatures } from '@standpipe/runtime-api';
import { lacksNnpTransition, planExpectSelinux, planSelinux, type SelinuxPlan } from '@standpipe/selinux';
import { SelinuxConfig } from './config.js';

const Plan = slot<SelinuxPlan>('selinux.plan');
const pointer = '/process/selinuxLabel';

export const selinuxPlugin: Plugin = definePlugin({
  id: 'selinux',
  api: 1,
  config: SelinuxConfig,
  declare: ({ extend, step }, config) => [
    extend(HonouredSpec, () => ({ pointers: [pointer] })),
    extend(RuntimeFeatures, () => () => ({ selinux: true })),
    ...processPhases.flatMap(({ prepare, restrict }) => [
      step(prepare, {
        id: 'selinux.check',
        after: ['init.begin'],
        writes: [Plan],
        run(context) {
          const { settings, slots, program } = context;
          const plan = planOf(context, config, settings.noNewKeyring !== true);
          if (plan === undefined) return;
          slots.set(Plan, plan);
          program.host(plan.check);
        },
      }),
      step(restrict, {
        id: 'selinux.label-keys',
        before: ['keyring.join'],
        reads: [Plan],
        run: ({ program, slots }) => program.container(slots.get(Plan)?.keys ?? []),
      }),
      step(restrict, {
        id: 'selinux.label',
        after: ['keyring.join'],
        // Without root's rights there is no procfs to write to; and no filter of seccomp's need allow it.
        before: ['process.limit', 'user.become'],
        reads: [Plan],
        run: ({ program, slots }) => program.container(slots.get(Plan)?.exec ?? []),
      }),
    ]),
    step(createPipeline.phase.prepare, {
      id: 'selinux.check-mounts',
      after: ['init.begin'],
      run({ spec: { linux: { mountLabel = '' } = {} }, program }) {
        const say = `mount with the SELinux label ${JSON.stringify(mountLabel)}`;
        if (mountLabel !== '') program.host(planExpectSelinux({ say, pointer: '/linux/mountLabel' }));
      },
    }),
  ],
});

/** A process of exec that names none is confined as its container. */
function planOf({ spec, process, facts, warnings }: CreateContext, { label }: SelinuxConfig, keyring: boolean): SelinuxPlan | undefined {
  const asked = [process.selinuxLabel, spec.process?.selinuxLabel].find((name = '') => name !== '');
  if (asked === undefined && label === undefined) return undefined;
  if (process.noNewPrivileges === true && lacksNnpTransition((path) => facts.readText(path))) {
    const message =
      'execve is likely to refuse the change of the SELinux label: the policy lacks the capability nnp_nosuid_transition, so it takes a type that is bounded by our own';
    warnings.push({ pointer: '/process/noNewPrivileges', message });
  }
  return asked === undefined ? planSelinux(label ?? '', { keyring }) : planSelinux(asked, { pointer, keyring });
}

export default selinuxPlugin;
