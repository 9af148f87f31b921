import type { Integer, Section } from './section.js';

export interface LinuxInterfacePriority {
  readonly name: string;
  readonly priority: Integer;
}

/** `linux.resources.network`: the `net_cls` and `net_prio` controllers of v1. A class of 0 is none asked for. */
export interface LinuxNetwork {
  readonly classID?: Integer | undefined;
  readonly priorities?: readonly LinuxInterfacePriority[] | undefined;
}

const UINT32 = { min: 0n, max: 2n ** 32n - 1n };

export function planClassId({ classID }: LinuxNetwork, section: Section): void {
  const id = section.amount('classID', classID, UINT32);
  if (id !== undefined && section.onlyOnV1('classID', "tag of a cgroup's packets")) section.write('classID', 'net_cls.classid', id);
}

export function planPriorities({ priorities = [] }: LinuxNetwork, section: Section): void {
  if (priorities.length === 0 || !section.onlyOnV1('priorities', "priority of a cgroup's packets")) return;
  for (const [i, { name, priority }] of priorities.entries()) {
    const at = `priorities/${String(i)}`;
    const number = section.integer(`${at}/priority`, priority, UINT32);
    if (name === '' || /[\s/\0]/.test(name)) section.issue(`${at}/name`, `${JSON.stringify(name)} is no name of an interface`);
    else if (number !== undefined) section.write(at, 'net_prio.ifpriomap', `${name} ${String(number)}`);
  }
}
