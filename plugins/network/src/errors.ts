import { SpecError } from '@standpipe/errors';

export function noNetworkNamespace(pointer: string): SpecError {
  const message = 'there is no network namespace to move devices to';
  return new SpecError(message, { issues: [{ pointer, message, expected: 'a namespace of type "network"' }] });
}
