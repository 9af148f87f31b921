/** A range of ids of the container and the range of the host that it stands for; as in runtime-spec. */
export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** The maps of a user namespace. */
export interface IdMaps {
  readonly uidMappings: readonly IdRange[];
  readonly gidMappings: readonly IdRange[];
}

/** What the host's ids are inside, or undefined for those that are nothing there. */
export interface Ids {
  readonly uid: (hostUid: number) => number | undefined;
  readonly gid: (hostGid: number) => number | undefined;
}

/** Without a user namespace of its own a container has the host's ids. */
export function idsOf(maps: IdMaps | undefined): Ids {
  if (maps === undefined) return { uid: (id) => id, gid: (id) => id };
  return { uid: (id) => inside(maps.uidMappings, id), gid: (id) => inside(maps.gidMappings, id) };
}

function inside(ranges: readonly IdRange[], id: number): number | undefined {
  const range = ranges.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return range === undefined ? undefined : range.containerID + (id - range.hostID);
}
