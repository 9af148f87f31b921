import { pipeline } from '@standpipe/kernel';
import type { CreateContext } from './create-context.js';

/**
 * Compiles a bundle to the program that creates and runs its container.
 *
 * The order of the phases is a security statement, so it is fixed. Steps only read and append ops;
 * nothing is touched before the finished program runs.
 *
 * | phase | half | what |
 * | --- | --- | --- |
 * | validate | | what the spec says is weighed against what is assembled |
 * | prepare | host | signals, the state directory, the cgroup, namespaces to join opened |
 * | isolate | both | clone; the container half waits, then is root in its user namespace |
 * | admit | host | id maps, scores, limits: all that must hold before the container half goes on |
 * | release | host | the container half is told to go on |
 * | rootfs | container | the root and its mounts, each on an fd resolved inside it |
 * | devices | container | device nodes, the console |
 * | hooks | both | prestart and createRuntime hooks in the host half while the container half waits; then its createContainer hooks |
 * | pivot | container | the root becomes /, the old one is gone; masks, read-only paths |
 * | restrict | container | sysctls, limits, names, then user and capabilities |
 * | start | container | where the container is only created, it waits here to be started |
 * | commit | both | what restricts last; startContainer hooks; the process is executed; the host half supervises it and clears up |
 */
export const createPipeline = pipeline<CreateContext>('create').inPhases(
  ['validate', 'prepare', 'isolate', 'admit', 'release', 'rootfs', 'devices', 'hooks', 'pivot', 'restrict', 'start', 'commit'],
  {
    enter: (context, { plugin, step }) => {
      context.program.enter({ plugin, step });
    },
  },
);
