import { branch, here, label, type Op, raise, type Reg, reg, set, undo } from '@standpipe/program';
import { controllerNotPlaced } from './errors.js';
import { enterCgroups } from './ops/enter.js';
import { writeLimits } from './ops/limit.js';
import { makeCgroup, type PlacedRegs } from './ops/make.js';
import { removeCgroups } from './ops/remove.js';
import type { CgroupPlace } from './place.js';
import type { CgroupWrite } from './write.js';

export interface PlanCgroupInput {
  /** As `placeCgroup` gives them. */
  readonly places: readonly CgroupPlace[];
  /** Limits, in the order in which they must be made. */
  readonly writes?: readonly CgroupWrite[] | undefined;
  /**
   * Whoever makes it may not be allowed to: an ordinary user whom nobody has delegated a cgroup to. Then the container stays
   * where the runtime is, as under runc, unless limits are asked for.
   */
  readonly optional?: boolean | undefined;
  /** Somebody else makes it, systemd, in those hierarchies that it knows of. Nobody is born there. */
  readonly shared?: boolean | undefined;
  /** Where the config asked for this path: `/linux/cgroupsPath`. */
  readonly pointer?: string | undefined;
}

/** A container's cgroup: each part is ops of the host half, in the order in which they run. */
export interface CgroupPlan {
  /** Before the clone: makes it in each hierarchy and writes its limits. Undone, with what is in it killed, when anything fails later, and at the section's end. */
  readonly make: Op[];
  /** Behind the clone, before the container goes on: moves its process into those that it was not born in. */
  readonly enter: Op[];
  /** Lets it be when the host half ends. */
  readonly keep: Op[];
  /** fd of the v2 directory, to be born in unless somebody else makes it. Closed by `enter` if nobody is. */
  readonly fd: Reg | undefined;
}

/**
 * Plans the cgroup of a container. On v2 its process is born there (clone3 with `fd`), so not one instruction runs outside; into v1
 * hierarchies it is moved while it waits.
 *
 * @param pid the container's process
 * @kernel 5.7 to be born in a cgroup
 */
export function planCgroup(input: PlanCgroupInput, { pid }: { readonly pid: Reg }): CgroupPlan {
  const { places, writes = [], optional = false, shared = false, pointer } = input;
  const placed = places.map((place) => {
    const { directory } = place;
    return {
      place,
      regs: { parent: reg(`above ${directory}`), cgroup: reg(directory), made: reg(`made ${directory}`) } satisfies PlacedRegs,
    };
  });
  const placeOf = ({ controller, version }: Pick<CgroupWrite, 'controller' | 'version'>): (typeof placed)[number] | undefined =>
    placed.find(
      ({ place: { hierarchy } }) => hierarchy.version === version && (version === 2 || hierarchy.controllers.includes(controller)),
    );
  const limited = new Map(
    writes.map((write) => {
      const found = placeOf(write);
      if (found === undefined) throw controllerNotPlaced(write);
      return [write, found];
    }),
  );

  const needed = new Set(writes.filter(({ version }) => version === 2).map(({ controller }) => controller));
  const unified = placed.find(({ place }) => place.hierarchy.version === 2);
  const born = optional || shared ? undefined : unified;
  const make: Op[] = [
    undo(removeCgroups(placed)),
    ...placed.flatMap(({ place, regs }) => makeCgroup(place, regs, { needed, optional, shared, pointer })),
    ...(optional ? [...limited].flatMap(([write, { place, regs }]) => expectDelegated(place, regs, write)) : []),
    ...writeLimits([...limited].map(([write, { place, regs }]) => ({ write, cgroup: regs.cgroup, directory: place.directory }))),
  ];
  return {
    make,
    enter: enterCgroups(
      placed.filter((one) => one !== born).map(({ place, regs }) => ({ ...place, cgroup: regs.cgroup })),
      { pid, optional, pointer },
    ),
    keep: placed.map(({ regs }) => set(regs.made, -1)),
    fd: optional ? undefined : unified?.regs.cgroup,
  };
}

/** Limits were asked for, and are not left out because there is no cgroup to put them on. */
function expectDelegated({ directory }: CgroupPlace, { cgroup }: PlacedRegs, { pointer }: CgroupWrite): Op[] {
  const there = label(`${directory} there`);
  return [
    branch(cgroup, '>=', 0, there),
    raise(`limit the container: ${JSON.stringify(directory)} can't be made by this user, whom no cgroup is delegated to`, { pointer }),
    here(there),
  ];
}
