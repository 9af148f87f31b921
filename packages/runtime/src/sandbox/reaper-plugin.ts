import { definePlugin, type Plugin } from '@standpipe/kernel';
import { createPipeline } from '@standpipe/runtime-api';
import { planReaper } from './reaper.js';

/** An init of the container's own: pid 1 that the command is a child of. */
export const reaperPlugin: Plugin = definePlugin({
  id: 'reaper',
  api: 1,
  declare: ({ step }) => [
    step(createPipeline.phase.start, {
      id: 'reaper.fork',
      before: ['signals.release'],
      run: ({ program, regs }) => program.container(planReaper(regs.sync)),
    }),
  ],
});
