import { SpecError } from '@standpipe/errors';

export function noProcess(): SpecError {
  return new SpecError('the config has no process to run', {
    issues: [{ pointer: '/process', message: 'is missing', expected: 'an object with cwd and args' }],
  });
}
