import { NotSupportedError, PlumbingError, SpecError } from '@standpipe/errors';

export function invalidName(name: string, pointer: string): SpecError {
  const message = `${JSON.stringify(name)} is no name of an AppArmor profile`;
  return new SpecError(message, { issues: [{ pointer, message }] });
}

export function noParser(cause: unknown): NotSupportedError {
  return new NotSupportedError('load an AppArmor profile: apparmor_parser can not be run', {
    feature: 'loading AppArmor profiles',
    cause,
    hint: 'install the package apparmor',
  });
}

export function parserFailed(what: string, output: string): PlumbingError {
  return new PlumbingError(`${what}: ${output.trim()}`, { code: 'APPARMOR_PARSER' });
}

export function noAppArmor(): NotSupportedError {
  return new NotSupportedError('this kernel does not run AppArmor', {
    feature: 'AppArmor',
    hint: 'it takes CONFIG_SECURITY_APPARMOR, apparmor among the modules of lsm= on the command line of the kernel, and securityfs at /sys/kernel/security',
  });
}
