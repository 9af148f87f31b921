/** How bad: `critical` is a way to the host, `high` most of one, `medium` a wall less, `low` what a careful config would not have. */
export const severities = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof severities)[number];

/** Something that a config lets through. */
export interface Finding {
  /** Stable name of the check, for lists of exceptions: `capabilities.sys-admin`. */
  readonly id: string;
  readonly severity: Severity;
  /** JSON pointer into the config: to what lets it through, or to where it is missing. */
  readonly pointer: string;
  /** What the container can do for it. */
  readonly message: string;
  /** What to change. */
  readonly fix: string;
}

/** One or two steps milder: what reaches less far behind another wall. */
export function milder(severity: Severity, steps = 1): Severity {
  return severities[Math.min(severities.indexOf(severity) + steps, severities.length - 1)] ?? 'low';
}
