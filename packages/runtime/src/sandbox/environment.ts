import type { SandboxFacts } from './facts.js';
import type { SandboxOptions } from './options.js';

/** Who and where the user is, and how they like their terminal. Tokens and sockets of agents are none of it. */
const passed = new Set(
  (
    'PATH HOME USER LOGNAME SHELL TERM COLORTERM NO_COLOR FORCE_COLOR CLICOLOR CLICOLOR_FORCE LS_COLORS ' +
    'LANG LANGUAGE TZ EDITOR VISUAL PAGER LESS'
  ).split(' '),
);
const passedWithNet = /^(https?|ftp|all|no)_proxy$/i;

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of the command: what is passed of the one outside, then what was asked for. */
export function sandboxEnvironment({ env = [], net = false }: SandboxOptions, facts: SandboxFacts): string[] {
  const variables = new Map([
    ['PATH', defaultPath],
    ['container', 'standpipe'],
  ]);
  for (const [name, value] of Object.entries(facts.env)) {
    if (value !== undefined && (passed.has(name) || name.startsWith('LC_') || (net && passedWithNet.test(name))))
      variables.set(name, value);
  }
  for (const entry of env) {
    const equals = entry.indexOf('=');
    const name = equals < 0 ? entry : entry.slice(0, equals);
    const value = equals < 0 ? facts.env[name] : entry.slice(equals + 1);
    if (value !== undefined) variables.set(name, value);
  }
  return [...variables].map(([name, value]) => `${name}=${value}`);
}
