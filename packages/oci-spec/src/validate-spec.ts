import type { SpecIssue } from '@standpipe/errors';
import { Report } from './check.js';
import { invalidSpec } from './errors.js';
import { type Spec, spec } from './spec.js';

export interface ValidSpec {
  /** A copy, with the fields that the specification knows and no others. */
  readonly spec: Spec;
  /** What a person should know and what stops nothing. */
  readonly warnings: readonly SpecIssue[];
}

/**
 * Checks a document against the specification: what it requires, the values it lists, the rules between fields, and the
 * ranges that the kernel gives its numbers. Fields that nobody knows are left out; `null` is absent, as programs
 * in Go write it, and so is "" where a name or path is optional.
 *
 * @throws SpecError with every issue found
 */
export function validateSpec(document: unknown): ValidSpec {
  const report = new Report();
  const checked = spec(document, '', report);
  if (checked === undefined || report.issues.length > 0) throw invalidSpec(report.issues);
  return { spec: checked, warnings: report.warnings };
}
