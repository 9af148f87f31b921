import type { SpecIssue } from '@standpipe/errors';
import { effectiveBeyondPermitted, inheritableBeyondBounding } from './errors.js';
import { type CapabilityMask, formatCapabilities, hasCapability } from './mask.js';
import { capabilityNumber, LAST_CAP } from './names.js';

/** `process.capabilities` of a config.json; each set is a list of names. */
export interface CapabilitiesInput {
  readonly bounding?: readonly string[] | undefined;
  readonly effective?: readonly string[] | undefined;
  readonly inheritable?: readonly string[] | undefined;
  readonly permitted?: readonly string[] | undefined;
  readonly ambient?: readonly string[] | undefined;
}

export const setNames = ['bounding', 'effective', 'permitted', 'inheritable', 'ambient'] as const;
export type SetName = (typeof setNames)[number];

/** The five sets of a process. */
export type CapabilitySets = Readonly<Record<SetName, CapabilityMask>>;

export interface ParseCapabilitiesSettings {
  /** The newest capability of the running kernel: /proc/sys/kernel/cap_last_cap. */
  readonly lastCap?: number | undefined;
  /** The caller's bounding set: what is not in it can't be had. Left out where the container's user namespace gives all. */
  readonly available?: CapabilityMask | undefined;
  readonly pointer?: string | undefined;
}

export interface ParsedCapabilities {
  readonly sets: CapabilitySets;
  /** What was asked for and left out, with its place. */
  readonly warnings: readonly SpecIssue[];
}

/**
 * Turns lists of names into sets. A set that is not given is empty, and no set is derived from another: what
 * is inheritable or ambient was asked for by name. Names that nobody knows, or that the kernel or the
 * caller doesn't have, are left out with a warning; so is what can't be ambient, for it is not permitted and inheritable too.
 *
 * @throws SpecError when the effective set goes beyond the permitted one, or the inheritable beyond the bounding one: capset(2) would say EPERM
 */
export function parseCapabilitySets(input: CapabilitiesInput, settings: ParseCapabilitiesSettings = {}): ParsedCapabilities {
  const { lastCap = LAST_CAP, available, pointer = '/process/capabilities' } = settings;
  const warnings: SpecIssue[] = [];
  const sets: Record<SetName, CapabilityMask> = { bounding: 0n, effective: 0n, permitted: 0n, inheritable: 0n, ambient: 0n };
  for (const name of setNames) {
    for (const [i, capability] of (input[name] ?? []).entries()) {
      const number = capabilityNumber(capability);
      const missing =
        number === undefined
          ? 'unknown'
          : number > lastCap
            ? 'not in this kernel'
            : available !== undefined && !hasCapability(available, number)
              ? 'not in the bounding set of the caller'
              : undefined;
      if (missing !== undefined)
        warnings.push({ pointer: `${pointer}/${name}/${String(i)}`, message: `${capability} is left out of the ${name} set: ${missing}` });
      else if (number !== undefined) sets[name] |= 1n << BigInt(number);
    }
  }

  const beyond = sets.effective & ~sets.permitted;
  if (beyond !== 0n) throw effectiveBeyondPermitted(beyond, pointer);
  const unbounded = sets.inheritable & ~sets.bounding;
  if (unbounded !== 0n) throw inheritableBeyondBounding(unbounded, pointer);
  const unraisable = sets.ambient & ~(sets.permitted & sets.inheritable);
  if (unraisable !== 0n) {
    const names = formatCapabilities(unraisable).join(', ');
    // Configs of clients, and that of `runc spec`, list them all the same.
    warnings.push({
      pointer: `${pointer}/ambient`,
      message: `${names} left out of the ambient set: not both permitted and inheritable`,
      minor: true,
    });
    sets.ambient &= ~unraisable;
  }
  return { sets, warnings };
}
