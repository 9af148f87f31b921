/**
 * The root filesystem in the create pipeline.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { expectNewMountNamespace, planRootfs, rootfsPath } from '@standpipe/mounts';
import { createPipeline } from '@standpipe/runtime-api';

/** Gives the container half its root: the bundle's. */
export const rootfsPlugin: Plugin = definePlugin({
  id: 'rootfs',
  api: 1,
  declare: ({ step }) => [
    step(createPipeline.phase.rootfs, {
      id: 'rootfs.open',
      run({ spec, settings, program, regs }) {
        expectNewMountNamespace(spec.linux?.namespaces ?? []);
        const { bundle, noPivot } = settings;
        program.container(
          planRootfs({ path: rootfsPath(spec.root, bundle), propagation: spec.linux?.rootfsPropagation, noPivot }, regs.root),
        );
      },
    }),
  ],
});

export default rootfsPlugin;
