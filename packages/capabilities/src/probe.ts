import type { Probe } from '@standpipe/program';
import { capabilityNames, LAST_CAP } from './names.js';
import { hasCapability } from './mask.js';
import { parseStatus } from './read.js';

const group = 'capabilities';

/** What is missed most, in the words of who misses it. */
const effects: Readonly<Record<string, string>> = {
  CAP_SYS_ADMIN: 'nothing can be mounted, and no namespace made but by a user namespace',
  CAP_SETUID: 'no container can change its user',
  CAP_SETGID: 'no container can change its groups',
  CAP_SETPCAP: 'no bounding set can be narrowed',
  CAP_SYS_RESOURCE: 'limits can not be raised above those of this process, nor oom_score_adj lowered',
  CAP_MKNOD: 'device nodes are bound from the host instead of made',
  CAP_NET_ADMIN: 'network devices can not be moved or set up',
  CAP_SYS_NICE: 'real-time scheduling can not be given',
};

/** What a container can be given at most: what this process has. For an ordinary user all of it is in his user namespace. */
export function probeCapabilities(facts: {
  readonly uid: number;
  /** Content of a small file, or undefined when it can't be read. */
  readonly readText: (path: string) => string | undefined;
}): Probe[] {
  const lastCap = facts.readText('/proc/sys/kernel/cap_last_cap');
  const newest = lastCap === undefined ? LAST_CAP : Number(lastCap);
  const later: Probe[] =
    newest > LAST_CAP
      ? [
          {
            group,
            what: 'all capabilities of this kernel known by name',
            outcome: 'no',
            found: `the kernel has ${String(newest - LAST_CAP)} newer ones`,
            fix: 'a newer version of standpipe',
          },
        ]
      : [];
  if (facts.uid !== 0) return later;
  const what = 'all capabilities of the kernel to give to containers';
  const status = facts.readText('/proc/self/status');
  if (status === undefined) return [{ group, what, outcome: 'unknown', fix: 'mount proc at /proc' }, ...later];
  const { bounding } = parseStatus(status);
  const missing = capabilityNames.filter((_, number) => number <= newest && !hasCapability(bounding, number));
  if (missing.length === 0) return [{ group, what, outcome: 'yes' }, ...later];
  return [
    ...missing.map((name): Probe => {
      const effect = effects[name];
      return {
        group,
        what: name,
        outcome: 'no',
        found: effect ?? 'it can not be given to a container',
        fix: 'start this process with it: in a container, by --cap-add',
        essential: name === 'CAP_SYS_ADMIN',
      };
    }),
    ...later,
  ];
}
