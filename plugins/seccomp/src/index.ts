/**
 * linux.seccomp in the create and exec pipelines: as late as the process can still load a filter, and no later.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin, slot } from '@standpipe/kernel';
import { type CreateContext, FdPassage, HonouredSpec, processPhases, RuntimeFeatures } from '@standpipe/runtime-api';
import {
  type CompiledFilter,
  compileProfile,
  dockerProfile,
  forbiddenOps,
  loadsAt,
  type Moment,
  planSeccomp,
  seccompFeatures,
  sendListener,
} from '@standpipe/seccomp';
import { SeccompConfig } from './config.js';

/** How many ops the container half had when the filter was loaded. */
const Loaded = slot<{ readonly filter: CompiledFilter; readonly ops: number }>('seccomp.loaded');

export const seccompPlugin: Plugin = definePlugin({
  id: 'seccomp',
  api: 1,
  config: SeccompConfig,
  declare: ({ extend, step }, config) => [
    extend(HonouredSpec, () => ({ pointers: ['/linux/seccomp'] })),
    extend(RuntimeFeatures, () => () => ({ seccomp: seccompFeatures() })),
    ...processPhases.flatMap(({ restrict, start, commit }) => {
      const at =
        (moment: Moment) =>
        (context: CreateContext): void => {
          const filter = filterOf(context, config);
          if (filter !== undefined && loadsAt(context.process, filter.profile.notifies) === moment) load(context, filter);
        };
      return [
        step(restrict, {
          id: 'seccomp.load-as-root',
          after: ['cwd.enter', 'capabilities.bound', 'process.limit'],
          before: ['user.become'],
          run: at('before the user changes'),
        }),
        step(restrict, {
          id: 'seccomp.load-early',
          after: ['user.become', 'environment.complete', 'capabilities.raise', 'landlock.enter-early'],
          before: ['capabilities.set'],
          run: at('before capabilities go'),
        }),
        step(start, { id: 'seccomp.listen', before: ['command.find', 'start.await'], run: at('while the host half lives') }),
        step(commit, {
          id: 'seccomp.load',
          after: ['init.ready', 'process.hand-over', 'landlock.enter'],
          before: ['process.exec'],
          run: at('last'),
        }),
        step(commit, {
          id: 'seccomp.check',
          after: ['process.exec'],
          reads: [Loaded],
          run({ program, slots }) {
            const loaded = slots.get(Loaded);
            if (loaded !== undefined) forbiddenOps(loaded.filter.profile, program.opsOf('container').slice(loaded.ops));
          },
        }),
      ];
    }),
  ],
});

function filterOf({ spec, process, settings: { arch } }: CreateContext, { profile }: SeccompConfig): CompiledFilter | undefined {
  const own = spec.linux?.seccomp;
  if (own !== undefined) return compileProfile(own, { arch });
  return profile === undefined
    ? undefined
    : compileProfile(dockerProfile({ capabilities: process.capabilities?.bounding, arch }), { arch });
}

function load({ spec, settings, container, program, regs, slots, warnings }: CreateContext, filter: CompiledFilter): void {
  warnings.push(...filter.warnings);
  const { ops, listener } = planSeccomp(filter);
  program.container(ops);
  slots.set(Loaded, { filter, ops: program.opsOf('container').length });
  if (listener === undefined) return;
  const { hand, take, wait, release } = slots.need(FdPassage);
  const handing = hand(listener, 'the seccomp listener');
  forbiddenOps(filter.profile, handing, { unheard: true });
  // It makes no call on its own account before the agent is there to answer.
  program.container([...handing, ...wait(listener)]);
  const { listenerPath: path = '', listenerMetadata: metadata } = spec.linux?.seccomp ?? {};
  const { ociVersion, annotations } = spec;
  const { id, bundle } = settings;
  const state = {
    ociVersion,
    id,
    status: container === undefined ? 'creating' : 'running',
    pid: container?.pid,
    bundle,
    annotations,
  } as const;
  program.host([...sendListener({ path, metadata, take: (to) => take(to, 'the seccomp listener'), pid: regs.pid, state }), ...release]);
}

export default seccompPlugin;
