/**
 * The error classes of Standpipe.
 *
 * Every error has a stable `code`; `X.is(value)` recognises it across package copies; `renderError`
 * turns any of them into text for a person.
 *
 * @packageDocumentation
 */
export { PlumbingError, type PlumbingErrorFields } from './plumbing-error.js';
export {
  AssemblyError,
  type AssemblyProblem,
  NotSupportedError,
  SafetyError,
  SpecError,
  type SpecIssue,
  StepError,
  SyscallError,
} from './kinds.js';
export { renderError } from './render.js';
