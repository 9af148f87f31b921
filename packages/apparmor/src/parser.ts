import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { noParser, parserFailed } from './errors.js';

/**
 * Compiles a profile and loads it into the kernel; one of that name that is loaded is replaced, also for those that run under it.
 *
 * @throws PlumbingError `APPARMOR_PARSER` with what apparmor_parser(8) said; NotSupportedError when there is none
 */
export async function loadProfile(profile: string): Promise<void> {
  await parse('--replace', profile, 'load an AppArmor profile');
}

/** Unloads a profile. Those that run under it are unconfined from then on. */
export async function unloadProfile(name: string): Promise<void> {
  await parse('--remove', `profile ${quoteName(name)} {\n}\n`, `unload the AppArmor profile ${JSON.stringify(name)}`);
}

async function parse(action: string, profile: string, what: string): Promise<void> {
  // A cache would be keyed by file, and there is none.
  const child = spawn('apparmor_parser', [action, '--skip-cache', '--quiet'], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(noParser(error)));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined).end(profile);
  const [code, complaint] = await Promise.all([ended, text(child.stderr)]);
  if (code !== 0) throw parserFailed(what, complaint === '' ? `apparmor_parser ended with code ${String(code)}` : complaint);
}

/** A name as the language of profiles has it. */
export function quoteName(name: string): string {
  return /^[\w.:@-]+$/.test(name) ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
}
