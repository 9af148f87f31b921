/**
 * AppArmor: a process's profile as ops, what is loaded, and profiles for containers.
 *
 *     await loadProfile(containerProfile({ name: 'web', hidden: ['/srv/secret/**'] }));
 *     const ops = planAppArmor('web');           // the process that runs them executes its command under the profile
 *     await unloadProfile('web');
 *
 * @packageDocumentation
 */
export { loadProfile, unloadProfile } from './parser.js';
export { planAppArmor, type PlanAppArmorSettings } from './plan.js';
export { isAppArmorEnabled, loadedProfiles, profileOf, type ProfileMode } from './read.js';
export { containerProfile, type ProfileTemplate } from './template.js';
