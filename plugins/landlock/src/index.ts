/**
 * Landlock policies in the create and exec pipelines: that of the plugin's options, and that of an annotation.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { entersAt, type Moment, planLandlock } from '@standpipe/landlock';
import { type CreateContext, processPhases } from '@standpipe/runtime-api';
import { policyOfAnnotation } from './annotation.js';
import { LandlockConfig } from './config.js';

export const landlockPlugin: Plugin = definePlugin({
  id: 'landlock',
  api: 1,
  config: LandlockConfig,
  declare: ({ step }, config) =>
    processPhases.flatMap(({ restrict, commit }) => {
      const at =
        (moment: Moment) =>
        (context: CreateContext): void => {
          if (entersAt(context.process) === moment) enter(context, config);
        };
      return [
        step(restrict, {
          id: 'landlock.enter-as-root',
          after: ['cwd.enter', 'process.limit', 'capabilities.bound'],
          before: ['user.become'],
          run: at('before the user changes'),
        }),
        step(restrict, {
          id: 'landlock.enter-early',
          after: ['environment.complete', 'capabilities.raise'],
          before: ['capabilities.set'],
          run: at('before capabilities go'),
        }),
        step(commit, { id: 'landlock.enter', before: ['seccomp.load', 'process.exec'], run: at('last') }),
      ];
    }),
});

/** Both hold, one inside the other: an annotation can take away, and never give. */
function enter({ spec, facts, program, warnings }: CreateContext, { policy, strict }: LandlockConfig): void {
  for (const [wanted, pointer] of [[policy, ''] as const, policyOfAnnotation(spec.annotations)]) {
    if (wanted === undefined) continue;
    const plan = planLandlock(wanted, { abi: facts.landlockAbi(), strict, pointer });
    warnings.push(...plan.warnings);
    program.container(plan.ops);
  }
}

export default landlockPlugin;
