import type { SpecIssue } from '@standpipe/errors';
import { type LinuxBlockIO, planBlockIO } from './controllers/block-io.js';
import { type LinuxCPU, planCpu } from './controllers/cpu.js';
import { planCpuset } from './controllers/cpuset.js';
import { resourcesInvalid } from './controllers/errors.js';
import { type LinuxHugepageLimit, planHugepages } from './controllers/hugetlb.js';
import { type LinuxMemory, planMemory } from './controllers/memory.js';
import { type LinuxNetwork, planClassId, planPriorities } from './controllers/network.js';
import { type LinuxPids, planPids } from './controllers/pids.js';
import { type LinuxRdma, planRdma } from './controllers/rdma.js';
import { Section } from './controllers/section.js';
import { planUnified } from './controllers/unified.js';
import { type CgroupLayout, type CgroupVersion, versionOf } from './layout.js';
import type { CgroupWrite } from './write.js';

/** `linux.resources` of the OCI runtime specification 1.3.0, without its `devices`. */
export interface LinuxResources {
  readonly memory?: LinuxMemory | undefined;
  readonly cpu?: LinuxCPU | undefined;
  readonly pids?: LinuxPids | undefined;
  readonly blockIO?: LinuxBlockIO | undefined;
  readonly hugepageLimits?: readonly LinuxHugepageLimit[] | undefined;
  readonly network?: LinuxNetwork | undefined;
  /** By device. */
  readonly rdma?: Readonly<Record<string, LinuxRdma>> | undefined;
  /** What is written to which file of cgroup v2. */
  readonly unified?: Readonly<Record<string, string>> | undefined;
}

export interface ResourcesPlan {
  /** In the order in which they must be made. */
  readonly writes: readonly CgroupWrite[];
  readonly warnings: readonly SpecIssue[];
}

/** A controller's name on v1, and on v2 where that is another. */
type Names = readonly [v1: string, v2?: string];

/**
 * Plans the limits of a cgroup: which value goes to which file, each controller on the version that it is on here.
 *
 * A field that this version has no counterpart for is an issue, and so is one whose controller isn't here, if it asks for something. What
 * is converted on the way is told in docs/cgroups.md. `unified` comes last: it has the last word.
 *
 * @throws SpecError with every issue
 */
export function planResources(resources: LinuxResources, layout: CgroupLayout, pointer = '/linux/resources'): ResourcesPlan {
  const plan = <T>(asked: T | undefined, part: string, names: Names, planPart: (asked: T, section: Section) => void): Section[] =>
    asked === undefined
      ? []
      : [
          planSection(layout, names, `${pointer}/${part}`, (section) => {
            planPart(asked, section);
          }),
        ];

  const { cpu, memory, pids, blockIO, hugepageLimits, network, rdma, unified = {} } = resources;
  const sections = [
    ...plan(cpu, 'cpu', ['cpuset'], planCpuset),
    ...plan(cpu, 'cpu', ['cpu'], planCpu),
    ...plan(memory, 'memory', ['memory'], planMemory),
    ...plan(pids, 'pids', ['pids'], planPids),
    ...plan(blockIO, 'blockIO', ['blkio', 'io'], planBlockIO),
    ...plan(hugepageLimits, 'hugepageLimits', ['hugetlb'], planHugepages),
    ...plan(network, 'network', ['net_cls'], planClassId),
    ...plan(network, 'network', ['net_prio'], planPriorities),
    ...plan(rdma, 'rdma', ['rdma'], planRdma),
    ...planUnified(
      unified,
      layout.hierarchies.find(({ version }) => version === 2),
      `${pointer}/unified`,
    ),
  ];
  const issues = sections.flatMap((section) => section.issues);
  if (issues.length > 0) throw resourcesInvalid(issues);
  return { writes: sections.flatMap((section) => section.writes), warnings: sections.flatMap((section) => section.warnings) };
}

function planSection(layout: CgroupLayout, [v1, v2 = v1]: Names, pointer: string, fill: (section: Section) => void): Section {
  const version = [v1, v2].map((name) => versionOf(layout, name)).find((found) => found !== undefined);
  const assumed = version ?? mainVersion(layout);
  const section = new Section(assumed === 1 ? v1 : v2, assumed, pointer);
  fill(section);
  const [first] = section.writes;
  if (version === undefined && first !== undefined) {
    section.issues.push({ pointer: first.pointer, message: `the ${section.controller} controller is not on this machine` });
  }
  return section;
}

/** The version that most of a machine is on: what a controller that isn't here would be on. */
function mainVersion({ hierarchies }: CgroupLayout): CgroupVersion {
  return hierarchies.some(({ version, controllers }) => version === 2 && controllers.length > 0) ? 2 : 1;
}
