import { defaultDeviceRules } from './defaults.js';
import { compileTable, type DeviceProgram } from './program.js';
import { type LinuxDeviceCgroup, parseDeviceRules } from './rule.js';
import { tableOf } from './table.js';
import { type DeviceWrites, parseDeviceList, planTransition } from './v1.js';

export interface DeviceRulesSettings {
  /**
   * The rules are a container's: those for what every container has follow, but for default nodes that its config declares itself. Takes
   * `linux` of config.json.
   */
  readonly container?: { readonly devices?: readonly { readonly path: string }[] | undefined } | undefined;
  /** v1: what devices.list of the cgroup says now. Left out, nothing is taken for granted. */
  readonly present?: string | undefined;
  /** Where the rules lie in the config; `/linux/resources/devices` when left out. */
  readonly pointer?: string | undefined;
}

/**
 * Plans what may be done with devices: the rules in their order, over a cgroup that denies all.
 *
 * @throws SpecError with every issue of the rules
 */
export function planDeviceRules(rules: readonly LinuxDeviceCgroup[], version: 1, settings?: DeviceRulesSettings): DeviceWrites;
export function planDeviceRules(rules: readonly LinuxDeviceCgroup[], version: 2, settings?: DeviceRulesSettings): DeviceProgram;
export function planDeviceRules(
  rules: readonly LinuxDeviceCgroup[],
  version: 1 | 2,
  { container, present, pointer = '/linux/resources/devices' }: DeviceRulesSettings = {},
): DeviceWrites | DeviceProgram {
  const defaults = container === undefined ? [] : defaultDeviceRules(container.devices ?? []);
  const table = tableOf([
    ...parseDeviceRules(rules, pointer),
    ...parseDeviceRules(defaults, pointer).map((rule) => ({ ...rule, pointer })),
  ]);
  if (version === 2) return compileTable(table, pointer);
  return planTransition(present === undefined ? undefined : parseDeviceList(present), table, pointer);
}
