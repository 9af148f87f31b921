import { type Op, sys } from '@standpipe/program';
import { type IdMapping, isMapped } from './id-map.js';

/**
 * First ops of a process in a new user namespace once its maps are written: drops the host's
 * supplementary groups and becomes root in there, as far as root is mapped. Where setgroups is
 * denied the groups stay; none of them is mapped, so they open nothing but what is the host's own.
 */
export function becomeMappedRoot(input: {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  readonly setgroupsDenied: boolean;
  /** The supplementary groups of who runs the container are meant to stay. */
  readonly keepGroups?: boolean;
  readonly pointer: string;
}): Op[] {
  const { uidMappings, gidMappings, setgroupsDenied, keepGroups = false, pointer } = input;
  const ops: Op[] = [];
  if (!setgroupsDenied && !keepGroups)
    ops.push(
      sys('setgroups', [0, null], { say: 'drop the supplementary groups in the new user namespace', pointer: `${pointer}/gidMappings` }),
    );
  if (isMapped(gidMappings, 0))
    ops.push(sys('setresgid', [0, 0, 0], { say: 'become group 0 in the new user namespace', pointer: `${pointer}/gidMappings` }));
  if (isMapped(uidMappings, 0))
    ops.push(sys('setresuid', [0, 0, 0], { say: 'become root in the new user namespace', pointer: `${pointer}/uidMappings` }));
  return ops;
}

/** The same in a joined user namespace, whose maps we don't know: EINVAL says that root isn't mapped, EPERM that setgroups is denied. */
export function becomeRootIfMapped(pointer: string, { keepGroups = false }: { readonly keepGroups?: boolean | undefined } = {}): Op[] {
  const say = 'drop the supplementary groups in the joined user namespace';
  return [
    ...(keepGroups ? [] : [sys('setgroups', [0, null], { unless: { errno: ['EPERM'] }, say, pointer })]),
    sys('setresgid', [0, 0, 0], { unless: { errno: ['EINVAL'] }, say: 'become group 0 in the joined user namespace', pointer }),
    sys('setresuid', [0, 0, 0], { unless: { errno: ['EINVAL'] }, say: 'become root in the joined user namespace', pointer }),
  ];
}
