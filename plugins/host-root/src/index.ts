/**
 * The host's own root in the create pipeline, in place of a root filesystem from the bundle: what is written to it vanishes.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { planHostRoot, readHostTree } from '@standpipe/mounts';
import { type CreateContext, createPipeline } from '@standpipe/runtime-api';
import { HostRootConfig } from './config.js';

export const hostRootPlugin: Plugin = definePlugin({
  id: 'host-root',
  api: 1,
  config: HostRootConfig,
  declare: ({ step }, { size }) => [
    step(createPipeline.phase.rootfs, {
      id: 'host-root.make',
      before: ['mounts.mount', 'cwd.make'],
      run({ spec, program, regs }) {
        program.container(planHostRoot({ tree: readHostTree(foldersInUse(spec)), userNamespace: ownUserNamespace(spec), size }, regs));
      },
    }),
  ],
});

/** Where a command is likely to write: its working directory and its home. */
function foldersInUse({ process }: CreateContext['spec']): string[] {
  const home = process?.env?.findLast((entry) => entry.startsWith('HOME='))?.slice('HOME='.length);
  return [process?.cwd ?? '/', home ?? '/'].filter((path) => path.startsWith('/'));
}

function ownUserNamespace({ linux }: CreateContext['spec']): Parameters<typeof planHostRoot>[0]['userNamespace'] {
  if (linux?.namespaces?.some(({ type }) => type === 'user') !== true) return undefined;
  const { uidMappings = [], gidMappings = [] } = linux;
  return { uidMappings, gidMappings };
}

export default hostRootPlugin;
