/**
 * process.execCPUAffinity in the exec pipeline: the CPUs that a process in a container is born on, and those that it runs on.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type ExecCpuAffinityPlan, planExecCpuAffinity } from '@standpipe/process';
import { execPipeline, HonouredSpec } from '@standpipe/runtime-api';

const { isolate, restrict } = execPipeline.phase;

const Cpus = slot<ExecCpuAffinityPlan>('cpus.plan');

export const cpuAffinityPlugin: Plugin = definePlugin({
  id: 'cpu-affinity',
  api: 1,
  declare: ({ extend, step }) => [
    extend(HonouredSpec, () => ({ pointers: ['/process/execCPUAffinity'] })),
    step(isolate, {
      id: 'cpus.set',
      before: ['namespaces.clone'],
      writes: [Cpus],
      run({ process: { execCPUAffinity = {} }, program, slots }) {
        const plan = planExecCpuAffinity(execCPUAffinity);
        slots.set(Cpus, plan);
        program.host(plan.beforeClone);
      },
    }),
    step(isolate, {
      id: 'cpus.restore',
      after: ['namespaces.clone'],
      reads: [Cpus],
      run: ({ program, slots }) => program.host(slots.need(Cpus).afterClone),
    }),
    step(restrict, {
      id: 'cpus.limit',
      before: ['process.limit'],
      reads: [Cpus],
      run: ({ program, slots }) => program.container(slots.need(Cpus).final),
    }),
  ],
});

export default cpuAffinityPlugin;
