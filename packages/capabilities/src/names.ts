import { capabilityNames } from '@standpipe/oci-spec';

/** Every capability by its number. @man capabilities(7) */
export { capabilityNames };

export type CapabilityName = (typeof capabilityNames)[number];

/** The newest capability that is known here: CAP_CHECKPOINT_RESTORE. @kernel 5.9 */
export const LAST_CAP = capabilityNames.length - 1;

const numbers: ReadonlyMap<string, number> = new Map(capabilityNames.map((name, number) => [name, number]));

/** The number of a capability, or undefined for a name that there isn't. Names are exact: `CAP_` and upper case. */
export function capabilityNumber(name: string): number | undefined {
  return numbers.get(name);
}
