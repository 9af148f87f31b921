/**
 * The default device nodes and linux.devices in the create pipeline.
 *
 * @packageDocumentation
 */
import { planDevices } from '@standpipe/devices';
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { createPipeline, HonouredSpec } from '@standpipe/runtime-api';

export const devicesPlugin: Plugin = definePlugin({
  id: 'devices',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/linux/devices'] })),
    step(createPipeline.phase.devices, {
      id: 'devices.make',
      run({ spec, program, regs }) {
        const { devices = [], namespaces = [] } = spec.linux ?? {};
        program.container(
          planDevices(devices, {
            root: regs.root,
            inUserNamespace: namespaces.some(({ type }) => type === 'user'),
            mounts: spec.mounts,
          }),
        );
      },
    }),
  ],
});

export default devicesPlugin;
