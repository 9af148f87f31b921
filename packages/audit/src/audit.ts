import type { Spec } from '@standpipe/oci-spec';
import { checkCapabilities } from './checks/capabilities.js';
import { checkFiles } from './checks/files.js';
import { checkNamespaces } from './checks/namespaces.js';
import { checkPrivileges } from './checks/privileges.js';
import { checkResources } from './checks/resources.js';
import { checkSyscalls } from './checks/syscalls.js';
import { type Finding, severities, type Severity } from './finding.js';
import { type Subject, subjectOf } from './subject.js';

/** What a config lets through. */
export interface Audit {
  /** From 100, for nothing found, down to 0: for configs to be compared, and no measure of what is behind them. */
  readonly score: number;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

const costs: Readonly<Record<Severity, number>> = { critical: 35, high: 15, medium: 6, low: 2 };

const checks: readonly ((subject: Subject) => Finding[])[] = [
  checkNamespaces,
  checkCapabilities,
  checkSyscalls,
  checkFiles,
  checkResources,
  checkPrivileges,
];

/** Looks at a valid config. Of the machine it knows nothing, and touches nothing. */
export function audit(spec: Spec): Audit {
  const subject = subjectOf(spec);
  const findings = checks
    .flatMap((check) => check(subject))
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const cost = findings.reduce((sum, { severity }) => sum + costs[severity], 0);
  return { score: Math.max(0, 100 - cost), findings };
}

/** Whether something is as bad as that, or worse. */
export function isAsBadAs({ findings }: Audit, severity: Severity): boolean {
  return findings.some((finding) => severities.indexOf(finding.severity) <= severities.indexOf(severity));
}
