/**
 * hostname, domainname and linux.sysctl in the create pipeline: settings of the kernel that it keeps for each namespace.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type NamespaceSettingsPlan, planNamespaceSettings } from '@standpipe/process';
import { createPipeline, HonouredSpec } from '@standpipe/runtime-api';

const { prepare, restrict } = createPipeline.phase;

const Settings = slot<NamespaceSettingsPlan>('kernel.settings');

export const sysctlPlugin: Plugin = definePlugin({
  id: 'sysctl',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/hostname', '/domainname', '/linux/sysctl'] })),
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
    step(restrict, {
      id: 'kernel.set',
      reads: [Settings],
      run: ({ program, slots }) => program.container(slots.need(Settings).container),
    }),
  ],
});

export default sysctlPlugin;
