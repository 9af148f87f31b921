/** What every Standpipe error may carry besides its sentence. */
export interface PlumbingErrorFields {
  /** Stable name of the error, for programs to match: `ENOENT`, `SPEC_INVALID`, `STEP_CYCLE` … */
  readonly code: string;
  /** One sentence that tells the user what to change. Absent beats vague. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Anything a program may want to read: paths, ids, numbers. JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

const brand: unique symbol = Symbol.for('standpipe.error') as never;

/**
 * The base of every error that Standpipe throws on purpose.
 *
 * Two copies of this package in one process still recognise each other's errors: `is` looks at a
 * `Symbol.for` brand, never at the prototype chain.
 */
export class PlumbingError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand]: string;

  constructor(message: string, fields: PlumbingErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = new.target.name;
    this.code = fields.code;
    this.hint = fields.hint;
    this.details = fields.details ?? {};
    this[brand] = new.target.name;
  }

  /** True for any PlumbingError, from whichever copy of the package. */
  static is(value: unknown): value is PlumbingError {
    return brandOf(value) !== undefined;
  }
}

/** The class name that an error was branded with, or undefined for foreign values. */
export function brandOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const name = (value as { [brand]?: unknown })[brand];
  return typeof name === 'string' ? name : undefined;
}
