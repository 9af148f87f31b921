/**
 * process.apparmorProfile in the create and exec pipelines.
 *
 * @packageDocumentation
 */
import { planAppArmor } from '@standpipe/apparmor';
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { HonouredSpec, processPhases, RuntimeFeatures } from '@standpipe/runtime-api';
import { AppArmorConfig } from './config.js';

export const apparmorPlugin: Plugin = definePlugin({
  id: 'apparmor',
  api: 1,
  config: AppArmorConfig,
  declare: ({ extend, step }, { profile }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/apparmorProfile'] })),
    extend(RuntimeFeatures, () => () => ({ apparmor: true })),
    ...processPhases.flatMap(({ restrict }) =>
      step(restrict, {
        id: 'apparmor.label',
        // With no_new_privs, and without root's rights, the kernel refuses it.
        before: ['process.limit', 'user.become'],
        run({ spec, process, program }) {
          // A process of exec that names none is confined as its container.
          const asked = [process.apparmorProfile, spec.process?.apparmorProfile].find((name = '') => name !== '');
          if (asked !== undefined) program.container(planAppArmor(asked, { pointer: '/process/apparmorProfile' }));
          else if (profile !== undefined) program.container(planAppArmor(profile));
        },
      }),
    ),
  ],
});

export default apparmorPlugin;
