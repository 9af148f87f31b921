import type { SpecIssue } from '@standpipe/errors';
import { type Check, Report } from './check.js';
import { invalidSpec } from './errors.js';
import { type LinuxResources, resources } from './linux/resources.js';
import { type Process, process } from './process/process.js';
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
  const { value, warnings } = validate(spec, document);
  return { spec: value, warnings };
}

export interface ValidResources {
  /** A copy, with the fields that the specification knows and no others. */
  readonly resources: LinuxResources;
  readonly warnings: readonly SpecIssue[];
}

/**
 * Checks a document that is `linux.resources` alone, as updates are asked for. Pointers are into that document.
 *
 * @throws SpecError with every issue found
 */
export function validateResources(document: unknown): ValidResources {
  const { value, warnings } = validate(resources, document);
  return { resources: value, warnings };
}

export interface ValidProcess {
  /** A copy, with the fields that the specification knows and no others. */
  readonly process: Process;
  readonly warnings: readonly SpecIssue[];
}

/**
 * Checks a document that is `process` alone, as exec is given one. Pointers are those of a config with that process.
 *
 * @throws SpecError with every issue found
 */
export function validateProcess(document: unknown): ValidProcess {
  const { value, warnings } = validate(process, document, '/process');
  return { process: value, warnings };
}

function validate<T>(check: Check<T>, document: unknown, at = ''): { value: T; warnings: readonly SpecIssue[] } {
  const report = new Report();
  const value = check(document, at, report);
  if (value === undefined || report.issues.length > 0) throw invalidSpec(report.issues);
  return { value, warnings: report.warnings };
}
