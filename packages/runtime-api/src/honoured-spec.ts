import { extensionPoint } from '@standpipe/kernel';

/**
 * Parts of config.json that a plugin puts into effect, as JSON pointers: `/linux/seccomp`,
 * `/process/rlimits`. What a spec asks for and no assembled plugin honours is reported, by name.
 */
export interface HonouredSpec {
  readonly pointers: readonly string[];
}

export const HonouredSpec = extensionPoint<HonouredSpec>('spec.honoured');
