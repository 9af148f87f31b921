import { readFileSync } from 'node:fs';
import { noAppArmor } from './errors.js';

const ENABLED = '/sys/module/apparmor/parameters/enabled';
const PROFILES = '/sys/kernel/security/apparmor/profiles';

/** Whether the kernel runs AppArmor. */
export function isAppArmorEnabled(): boolean {
  return read(ENABLED)?.startsWith('Y') === true;
}

/** `enforce` denies, `complain` only logs; `unconfined` is a profile that does neither. */
export type ProfileMode = 'enforce' | 'complain' | 'kill' | 'unconfined' | 'prompt' | 'user';

/**
 * The profiles that are loaded, by name.
 *
 * @throws NotSupportedError when the kernel does not run AppArmor, or does not show this process its profiles
 */
export function loadedProfiles(): Map<string, ProfileMode> {
  const text = read(PROFILES);
  if (text === undefined) throw noAppArmor();
  return new Map([...text.matchAll(/^(.+) \((\w+)\)$/gm)].map(([, name = '', mode]) => [name, mode as ProfileMode]));
}

/** The profile that a process runs under, `unconfined` when it has none. Undefined when it is gone or AppArmor is not there. */
export function profileOf(pid: number | 'self'): string | undefined {
  const text = read(`/proc/${String(pid)}/attr/apparmor/current`);
  return text?.replace(/ \(\w+\)\n?$/, '').trimEnd();
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
