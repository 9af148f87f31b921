/**
 * Landlock: processes that confine themselves, by rules about paths, ports and what is outside, with no privilege needed.
 *
 * `planLandlock` gives the ops for a process that is being set up, `spawnConfined` starts a command with them:
 *
 *     const policy = { paths: [{ path: '/usr', allow: ['read', 'execute'] }], ports: [] };
 *     const child = spawnConfined('/usr/bin/id', [], policy, { stdio: 'inherit' });
 *
 * @packageDocumentation
 */
export { readLandlockAbi } from './abi.js';
export { type PathAccess, type PathGroup, type PortAccess, type Scope } from './access.js';
export { entersAt, type EnteringProcess, type Moment } from './moment.js';
export { type LandlockPlan, planLandlock, type PlanLandlockSettings } from './plan.js';
export { type LandlockPolicy, parsePolicy, type PathRule, type PortRule } from './policy.js';
export { spawnConfined, type SpawnConfinedOptions } from './spawn.js';
