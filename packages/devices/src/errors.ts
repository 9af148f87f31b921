import { PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function devicesInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the devices can't be made as asked: ${message}`, { issues });
}

export function notADevice(path: string, found: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(path)} is ${found}, not a device node`, { code: 'NOT_A_DEVICE' });
}
