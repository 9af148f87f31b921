import { brandOf, PlumbingError, type PlumbingErrorFields } from './plumbing-error.js';

type Rest = Omit<PlumbingErrorFields, 'code'>;

/** A system call failed. Field names are those of Node's own system errors. */
export class SyscallError extends PlumbingError {
  /** Positive errno. */
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;
  readonly dest: string | undefined;

  constructor(
    message: string,
    fields: Rest & { code: string; errno: number; syscall: string; path?: string | undefined; dest?: string | undefined },
  ) {
    super(message, fields);
    this.errno = fields.errno;
    this.syscall = fields.syscall;
    this.path = fields.path;
    this.dest = fields.dest;
  }

  static override is(value: unknown): value is SyscallError {
    return brandOf(value) === 'SyscallError';
  }
}

/** One thing wrong with a config. */
export interface SpecIssue {
  /** JSON pointer (RFC 6901) into the document. `""` is the document itself. */
  readonly pointer: string;
  readonly message: string;
  /** What would have been right, in words: `one of private, shared, slave`. */
  readonly expected?: string | undefined;
  /** Of a warning: usual, and of interest to who asks for details only. */
  readonly minor?: true | undefined;
}

/** A document that is not what the OCI runtime specification allows. Holds every issue found, not only the first. */
export class SpecError extends PlumbingError {
  readonly issues: readonly SpecIssue[];

  constructor(message: string, fields: Rest & { code?: string; issues: readonly SpecIssue[] }) {
    super(message, { ...fields, code: fields.code ?? 'SPEC_INVALID' });
    this.issues = fields.issues;
  }

  static override is(value: unknown): value is SpecError {
    return brandOf(value) === 'SpecError';
  }
}

/** One reason why an assembly can't stand. */
export interface AssemblyProblem {
  /** `MISSING_SERVICE`, `AMBIGUOUS_SERVICE`, `STEP_CYCLE` … */
  readonly code: string;
  /** Plugin, step or token that the problem is about. */
  readonly subject: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** An assembly that can't stand. Holds all problems, sorted. */
export class AssemblyError extends PlumbingError {
  readonly problems: readonly AssemblyProblem[];

  constructor(message: string, fields: Rest & { problems: readonly AssemblyProblem[] }) {
    super(message, { ...fields, code: 'ASSEMBLY_FAILED' });
    this.problems = fields.problems;
  }

  static override is(value: unknown): value is AssemblyError {
    return brandOf(value) === 'AssemblyError';
  }
}

/** A step of a pipeline failed. `cause` is what it threw. */
export class StepError extends PlumbingError {
  readonly pipeline: string;
  readonly phase: string;
  readonly step: string;
  readonly plugin: string;
  /** What failed while undoing, after the first error. */
  readonly undoErrors: readonly unknown[];

  constructor(
    message: string,
    fields: Rest & { code?: string; pipeline: string; phase: string; step: string; plugin: string; undoErrors?: readonly unknown[] },
  ) {
    super(message, { ...fields, code: fields.code ?? 'STEP_FAILED' });
    this.pipeline = fields.pipeline;
    this.phase = fields.phase;
    this.step = fields.step;
    this.plugin = fields.plugin;
    this.undoErrors = fields.undoErrors ?? [];
  }

  static override is(value: unknown): value is StepError {
    return brandOf(value) === 'StepError';
  }
}

/** This kernel, this machine or this assembly can't do what was asked. */
export class NotSupportedError extends PlumbingError {
  readonly feature: string;
  readonly neededKernel: string | undefined;
  readonly foundKernel: string | undefined;

  constructor(message: string, fields: Rest & { feature: string; neededKernel?: string | undefined; foundKernel?: string | undefined }) {
    super(message, { ...fields, code: 'NOT_SUPPORTED' });
    this.feature = fields.feature;
    this.neededKernel = fields.neededKernel;
    this.foundKernel = fields.foundKernel;
  }

  static override is(value: unknown): value is NotSupportedError {
    return brandOf(value) === 'NotSupportedError';
  }
}

/** An attack or a race was met and stopped. Never retried. */
export class SafetyError extends PlumbingError {
  readonly invariant: string;

  constructor(message: string, fields: Rest & { invariant: string }) {
    super(message, { ...fields, code: 'UNSAFE' });
    this.invariant = fields.invariant;
  }

  static override is(value: unknown): value is SafetyError {
    return brandOf(value) === 'SafetyError';
  }
}
