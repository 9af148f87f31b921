import type { SpecIssue } from '@standpipe/errors';
import { closeFd, type Op, openHostProc, openPrivateProc, reg } from '@standpipe/program';
import { invalidAll } from './errors.js';
import { checkName, type Name, planName } from './names.js';
import { missingNamespaces, type NamespaceEntry, type NamespaceNeed, planOwnNamespaces } from './own-namespaces.js';
import { parseSysctls, planSysctls } from './sysctl.js';

/** What of a config.json belongs to its namespaces and not to its process. */
export interface NamespaceSettings {
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
}

/** Ops of the two halves. */
export interface NamespaceSettingsPlan {
  /** Host, before the clone. Empty unless a namespace to be changed is joined by path. */
  readonly host: Op[];
  /** Container, once it is in its namespaces and its root. */
  readonly container: Op[];
}

export interface PlanNamespaceSettingsInput {
  readonly namespaces: readonly NamespaceEntry[];
  /** Where the config lies: `''` when left out. */
  readonly pointer?: string | undefined;
}

/**
 * Plans hostname, domainname and sysctls: all that is set for a namespace and would be the whole host's
 * if the container had none of its own. That it has is checked here, and where one is joined by
 * path, by the ops. Sysctls are written through a procfs that is mounted nowhere, so what the container has
 * at /proc has no part in it (CVE-2025-52881).
 *
 * @man sethostname(2), sysctl(8), proc_sys(5)
 * @throws SpecError with every issue
 */
export function planNamespaceSettings(
  settings: NamespaceSettings,
  { namespaces, pointer = '' }: PlanNamespaceSettingsInput,
): NamespaceSettingsPlan {
  const issues: SpecIssue[] = [];
  const names = (['hostname', 'domainname'] as const).flatMap((kind): Name[] => {
    const name = settings[kind] ?? '';
    return name === '' ? [] : [{ kind, name, pointer: `${pointer}/${kind}` }];
  });
  for (const name of names) checkName(name, issues);
  const sysctls = parseSysctls(settings.sysctl ?? {}, `${pointer}/linux/sysctl`, issues);
  const needs: NamespaceNeed[] = [
    ...names.map((name) => ({ kind: 'uts' as const, what: `the ${name.kind} ${JSON.stringify(name.name)}`, pointer: name.pointer })),
    ...sysctls.map(({ kind, name, pointer: at }) => ({ kind, what: `the sysctl ${JSON.stringify(name)}`, pointer: at })),
  ];
  issues.push(...missingNamespaces(needs, namespaces));
  if (issues.length > 0) throw invalidAll(issues);

  const [hostProc, proc] = [reg('host proc'), reg('private proc')];
  const own = planOwnNamespaces(needs, namespaces, { hostProc, proc });
  const needsProc = own.container.length > 0 || sysctls.length > 0;
  return {
    host: own.host.length === 0 ? [] : [...openHostProc(hostProc), ...own.host, closeFd(hostProc)],
    container: [
      ...(needsProc ? [...openPrivateProc(proc), ...own.container] : []),
      ...names.map(planName),
      ...planSysctls(sysctls, proc),
      ...(needsProc ? [closeFd(proc)] : []),
    ],
  };
}
