/**
 * SELinux: the label of a process as ops, labels of files, and categories that tell containers apart.
 *
 *     const level = allocateLevel('/run/app/categories', 'web');               // s0:c12,c845
 *     relabel('/srv/web', withLevel('system_u:object_r:container_file_t:s0', level));
 *     const { check, keys, exec } = planSelinux(withLevel('system_u:system_r:container_t:s0', level));
 *     freeLevel('/run/app/categories', level, 'web');
 *
 * @packageDocumentation
 */
export { allocateLevel, freeLevel, reserveLevel, takenLevels } from './categories.js';
export { type Context, formatContext, formatLevel, type Level, parseContext, parseLevel, withLevel } from './context.js';
export { planExpectSelinux, planSelinux, type PlanSelinuxSettings, type SelinuxPlan } from './plan.js';
export { isEnforcing, isLabelValid, isSelinuxEnabled, labelOf, lacksNnpTransition } from './read.js';
export { labelOfFile, relabel, type RelabelOptions } from './relabel.js';
