/**
 * Cgroups that systemd makes: scopes, transient units for processes that others start.
 *
 * ```ts
 * import { createScope } from '@standpipe/cgroups/systemd';
 *
 * await using scope = await createScope({ name: 'backup', pids: [child.pid], resources: { memory: { limit: 64 << 20 } } });
 * scope.cgroup.stats();
 * ```
 *
 * @packageDocumentation
 */
export { annotatedProperties } from './annotations.js';
export type { BusName } from './bus-address.js';
export { deviceProperties } from './device-properties.js';
export { Systemd, type SystemdSettings } from './manager.js';
export { planScope, type PlanScopeInput, type ScopePlan } from './plan-scope.js';
export { limitProperties, roundQuotas } from './properties.js';
export { INFINITY, type UnitProperty, type Variant } from './property.js';
export {
  createScope,
  type CreateScopeSettings,
  endScope,
  Scope,
  type ScopeRecord,
  updateScope,
  type UpdateScopeSettings,
} from './scope.js';
export { scopeName, type ScopeName, type ScopeNameInput } from './unit-name.js';
