import { PR } from '@standpipe/syscalls';
import { buf, type Op, sys } from '@standpipe/program';
import { type CapabilityMask, capabilityNumbers, formatCapabilities, formatMask, maskUpTo } from './mask.js';
import { LAST_CAP } from './names.js';
import type { CapabilitySets } from './sets.js';

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;

export interface PlanCapabilitiesSettings {
  /** The newest capability of the kernel that the ops will run on. @see readLastCap */
  readonly lastCap?: number | undefined;
  /** False when the user stays root, so that nothing is lost by changing it. */
  readonly keep?: boolean | undefined;
  readonly pointer?: string | undefined;
}

/** Ops to run in this order, with the change of user in between. */
export interface CapabilitiesPlan {
  /** Drops from the bounding set what isn't wanted, and keeps the permitted set across the change of uid. */
  readonly beforeUser: Op[];
  /** Sets effective, permitted and inheritable, then the ambient set. */
  readonly afterUser: Op[];
}

/**
 * Plans a process's capability sets. Both parts are needed: changing from uid 0 to another clears
 * the effective set always and the permitted one unless kept, and dropping from the bounding set needs CAP_SETPCAP,
 * which may be gone afterwards. Nothing here tolerates an error but the EINVAL of a capability that
 * an older kernel doesn't have: a restriction that fails is a failure.
 *
 * @man capabilities(7), capset(2), PR_CAPBSET_DROP(2const), PR_CAP_AMBIENT(2const)
 * @kernel 4.3 ambient sets
 */
export function planCapabilities(sets: CapabilitySets, settings: PlanCapabilitiesSettings = {}): CapabilitiesPlan {
  const { lastCap = LAST_CAP, keep = true, pointer = '/process/capabilities' } = settings;
  const dropped = maskUpTo(lastCap) & ~sets.bounding;
  return {
    beforeUser: [
      ...capabilityNumbers(dropped).map((number) =>
        sys('prctl', [PR.CAPBSET_DROP, number, 0, 0, 0], {
          unless: { errno: ['EINVAL'] },
          say: `drop ${formatCapabilities(1n << BigInt(number)).join()} from the bounding set`,
          pointer: `${pointer}/bounding`,
        }),
      ),
      // execve clears this again.
      ...(keep ? [sys('prctl', [PR.SET_KEEPCAPS, 1, 0, 0, 0], { say: 'keep capabilities across the change of user', pointer })] : []),
    ],
    afterUser: [
      capset(sets, pointer),
      // capset leaves ambient only what is permitted and inheritable.
      ...((sets.permitted & sets.inheritable) === 0n
        ? []
        : [sys('prctl', [PR.CAP_AMBIENT, PR.CAP_AMBIENT_CLEAR_ALL, 0, 0, 0], { say: 'clear the ambient capabilities', pointer: `${pointer}/ambient` })]),
      ...capabilityNumbers(sets.ambient).map((number) =>
        sys('prctl', [PR.CAP_AMBIENT, PR.CAP_AMBIENT_RAISE, number, 0, 0], {
          say: `make ${formatCapabilities(1n << BigInt(number)).join()} ambient`,
          pointer: `${pointer}/ambient`,
        }),
      ),
    ],
  };
}

/** struct __user_cap_header_struct and two __user_cap_data_struct: the low words of the three sets, then the high ones. */
function capset(sets: CapabilitySets, pointer: string): Op {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, LINUX_CAPABILITY_VERSION_3, true);
  const data = new Uint8Array(24);
  const view = new DataView(data.buffer);
  for (const [i, mask] of [sets.effective, sets.permitted, sets.inheritable].entries()) {
    view.setUint32(i * 4, Number(mask & 0xffff_ffffn), true);
    view.setUint32(12 + i * 4, Number(mask >> 32n), true);
  }
  return sys('capset', [buf('capability header', header.length, header), data], { say: `set the capabilities: ${describeSets(sets)}`, pointer });
}

function describeSets(sets: CapabilitySets): string {
  const show = (mask: CapabilityMask): string => `0x${formatMask(mask)}`;
  return `effective ${show(sets.effective)}, permitted ${show(sets.permitted)}, inheritable ${show(sets.inheritable)}`;
}
