import { PR } from '@standpipe/syscalls';
import { at, branch, buf, type Buf, compute, here, label, type Op, reg, set, store, sys } from '@standpipe/program';
import { type CapabilityMask, capabilityNumbers, formatCapabilities, formatMask, maskUpTo } from './mask.js';
import { LAST_CAP } from './names.js';
import type { CapabilitySets } from './sets.js';

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
/** The sets have room for as many. */
const CAPABILITIES = 64;

export interface PlanCapabilitiesSettings {
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
 * the kernel doesn't have: a restriction that fails is a failure. What a newer kernel has beyond the names known
 * here goes as well.
 *
 * @man capabilities(7), capset(2), PR_CAPBSET_DROP(2const), PR_CAP_AMBIENT(2const)
 * @kernel 4.3 ambient sets
 */
export function planCapabilities(sets: CapabilitySets, settings: PlanCapabilitiesSettings = {}): CapabilitiesPlan {
  const { keep = true, pointer = '/process/capabilities' } = settings;
  const dropped = maskUpTo(LAST_CAP) & ~sets.bounding;
  return {
    beforeUser: [
      ...capabilityNumbers(dropped).map((number) =>
        sys('prctl', [PR.CAPBSET_DROP, number, 0, 0, 0], {
          unless: { errno: ['EINVAL'] },
          say: `drop ${formatCapabilities(1n << BigInt(number)).join()} from the bounding set`,
          pointer: `${pointer}/bounding`,
        }),
      ),
      ...dropUnnamed(sets.bounding, pointer),
      // execve clears this again.
      ...(keep ? [sys('prctl', [PR.SET_KEEPCAPS, 1, 0, 0, 0], { say: 'keep capabilities across the change of user', pointer })] : []),
    ],
    afterUser: [
      capset(sets, pointer),
      // capset leaves ambient only what is permitted and inheritable.
      ...((sets.permitted & sets.inheritable) === 0n
        ? []
        : [
            sys('prctl', [PR.CAP_AMBIENT, PR.CAP_AMBIENT_CLEAR_ALL, 0, 0, 0], {
              say: 'clear the ambient capabilities',
              pointer: `${pointer}/ambient`,
            }),
          ]),
      ...capabilityNumbers(sets.ambient).map((number) =>
        sys('prctl', [PR.CAP_AMBIENT, PR.CAP_AMBIENT_RAISE, number, 0, 0], {
          say: `make ${formatCapabilities(1n << BigInt(number)).join()} ambient`,
          pointer: `${pointer}/ambient`,
        }),
      ),
    ],
  };
}

/** Drops from the bounding set whatever the kernel has behind the last name, but for those asked for by number. */
function dropUnnamed(bounding: CapabilityMask, pointer: string): Op[] {
  const [number, kept] = [reg('capability'), reg('kept')];
  const [next, skip, done] = [label('next capability'), label('capability kept'), label('no more capabilities')];
  return [
    set(number, LAST_CAP + 1),
    here(next),
    compute(kept, bounding, '>>', number),
    branch(kept, '==', 1, skip, 1),
    sys('prctl', [PR.CAPBSET_DROP, number, 0, 0, 0], {
      unless: { errno: ['EINVAL'], goto: done },
      say: 'drop the newest capabilities from the bounding set',
      pointer: `${pointer}/bounding`,
    }),
    here(skip),
    compute(number, number, '+', 1),
    branch(number, '<', CAPABILITIES, next),
    here(done),
  ];
}

/**
 * Plans that a process for which no sets are given inherits no capability by way of files or the
 * ambient set, whatever its parent had (CVE-2022-29162). The other sets stay. To be run after the user has changed.
 *
 * @man capget(2), capset(2)
 */
export function planClearInheritable(pointer = '/process/capabilities'): Op[] {
  const header = capabilityHeader();
  const data = buf('capability data', CAPABILITY_DATA_SIZE);
  return [
    sys('capget', [header, data], { say: 'look at the capabilities', pointer }),
    store(at(data, INHERITABLE), 4, 0),
    store(at(data, HIGH_WORDS + INHERITABLE), 4, 0),
    sys('capset', [header, data], { say: 'clear the inheritable capabilities', pointer }),
  ];
}

/** Two of struct __user_cap_data_struct: the low words of effective, permitted and inheritable, then their high words. */
const CAPABILITY_DATA_SIZE = 24;
const INHERITABLE = 8;
const HIGH_WORDS = 12;

/** struct __user_cap_header_struct. A buffer, since the kernel writes to it. */
function capabilityHeader(): Buf {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, LINUX_CAPABILITY_VERSION_3, true);
  return buf('capability header', header.length, header);
}

function capset(sets: CapabilitySets, pointer: string): Op {
  const data = new Uint8Array(CAPABILITY_DATA_SIZE);
  const view = new DataView(data.buffer);
  for (const [i, mask] of [sets.effective, sets.permitted, sets.inheritable].entries()) {
    view.setUint32(i * 4, Number(mask & 0xffff_ffffn), true);
    view.setUint32(HIGH_WORDS + i * 4, Number(mask >> 32n), true);
  }
  return sys('capset', [capabilityHeader(), data], { say: `set the capabilities: ${describeSets(sets)}`, pointer });
}

function describeSets(sets: CapabilitySets): string {
  const show = (mask: CapabilityMask): string => `0x${formatMask(mask)}`;
  return `effective ${show(sets.effective)}, permitted ${show(sets.permitted)}, inheritable ${show(sets.inheritable)}`;
}
