import type { SpecIssue } from '@standpipe/errors';
import { invalidNetDevices } from './errors.js';
import { isTemplate, whyNoInterfaceName } from './interface-name.js';

/** `linux.netDevices` of config.json: by name on the host. */
export type NetDevices = Readonly<Record<string, { readonly name?: string | undefined }>>;

/** A device that is to move. */
export interface NetDevice {
  readonly name: string;
  /** Its name in the container. */
  readonly inside: string;
  /** The kernel fills a number into `inside`. */
  readonly template: boolean;
  readonly pointer: string;
}

/**
 * Checks `linux.netDevices`.
 *
 * @throws SpecError with every issue found
 */
export function parseNetDevices(devices: NetDevices, pointer = '/linux/netDevices'): NetDevice[] {
  const issues: SpecIssue[] = [];
  const taken = new Map<string, string>();
  const list = Object.entries(devices).map(([name, { name: renamed }]): NetDevice => {
    const own = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const inside = renamed === undefined || renamed === '' ? name : renamed;
    const at = inside === name ? own : `${own}/name`;
    const [why, whyInside] = [whyNoInterfaceName(name), whyNoInterfaceName(inside, { template: true })];
    if (why !== undefined) issues.push({ pointer: own, message: `${JSON.stringify(name)} is no name of a network device: ${why}` });
    else if (whyInside !== undefined)
      issues.push({ pointer: at, message: `${JSON.stringify(inside)} is no name of a network device: ${whyInside}` });
    const template = isTemplate(inside);
    const other = template ? undefined : taken.get(inside);
    if (other !== undefined)
      issues.push({ pointer: at, message: `${JSON.stringify(other)} is to be called ${JSON.stringify(inside)} as well` });
    taken.set(inside, name);
    return { name, inside, template, pointer: own };
  });
  if (issues.length > 0) throw invalidNetDevices(issues);
  return list;
}
