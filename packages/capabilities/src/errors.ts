import { PlumbingError, SpecError } from '@standpipe/errors';
import { type CapabilityMask, formatCapabilities } from './mask.js';

export function effectiveBeyondPermitted(beyond: CapabilityMask, pointer: string): SpecError {
  const message = `the effective set holds what the permitted set doesn't: ${formatCapabilities(beyond).join(', ')}`;
  return new SpecError(message, { issues: [{ pointer: `${pointer}/effective`, message, expected: 'a subset of permitted' }] });
}

export function inheritableBeyondBounding(beyond: CapabilityMask, pointer: string): SpecError {
  const message = `the inheritable set holds what the bounding set doesn't: ${formatCapabilities(beyond).join(', ')}`;
  return new SpecError(message, { issues: [{ pointer: `${pointer}/inheritable`, message, expected: 'a subset of bounding' }] });
}

export function malformedStatus(path: string, field: string): PlumbingError {
  return new PlumbingError(`${path} has no ${field} line`, { code: 'PROC_STATUS' });
}
