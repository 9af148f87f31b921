/**
 * Annotations that change what a process is, in the create and exec pipelines. Without this plugin none does.
 *
 * @packageDocumentation
 */
import { definePlugin, type Plugin } from '@standpipe/kernel';
import { KEEP_ORIGINAL_GROUPS, keepsOriginalGroups } from '@standpipe/process';
import { OriginalGroups, processPhases, RuntimeFeatures } from '@standpipe/runtime-api';

export const annotationsPlugin: Plugin = definePlugin({
  id: 'annotations',
  api: 1,
  declare: ({ extend, step }) => [
    extend(RuntimeFeatures, () => () => ({ potentiallyUnsafeConfigAnnotations: [KEEP_ORIGINAL_GROUPS] })),
    ...processPhases.map(({ prepare }) =>
      step(prepare, {
        id: 'groups.weigh',
        after: ['init.begin'],
        writes: [OriginalGroups],
        run({ spec: { annotations }, facts, slots, warnings }) {
          const { keep, warning } = keepsOriginalGroups(annotations, { uid: facts.uid, uidMap: facts.readText('/proc/self/uid_map') });
          slots.set(OriginalGroups, keep);
          if (warning !== undefined) warnings.push(warning);
        },
      }),
    ),
  ],
});

export default annotationsPlugin;
