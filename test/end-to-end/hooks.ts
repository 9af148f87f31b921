import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './specs.js';

export type Hooks = NonNullable<Config['hooks']>;
export type Hook = NonNullable<Hooks['prestart']>[number];
export type HookKind = keyof Hooks;

export const kinds = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'] as const;

/** A hook that is a shell script. startContainer hooks find busybox's shell in the container. */
export function shellHook(script: string, more: Partial<Hook> = {}): Hook {
  return { path: '/bin/sh', args: ['sh', '-c', script], env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], ...more };
}

/** What hooks have written: a file that they find outside and inside. */
export class HookLog {
  readonly #file: string;

  constructor(rootfs: string) {
    this.#file = join(rootfs, 'tmp/hooks');
  }

  /** The shell's words that append to the file, in a hook of this kind. */
  append(kind: HookKind): string {
    return `>>${kind === 'startContainer' ? '/tmp/hooks' : this.#file}`;
  }

  /** A hook that writes its kind, and what a script prints. */
  hook(kind: HookKind, script = ':', more: Partial<Hook> = {}): Hook {
    return shellHook(`{ echo; echo "== ${kind}"; ${script}; } ${this.append(kind)}`, more);
  }

  /** One of each kind. */
  hooks(script: (kind: HookKind) => string = () => ':'): Record<HookKind, Hook[]> {
    return Object.fromEntries(kinds.map((kind) => [kind, [this.hook(kind, script(kind))]])) as Record<HookKind, Hook[]>;
  }

  /** The kinds that have run, in their order, with what they printed. */
  read(): [kind: string, text: string][] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, 'utf8')
      .split(/^== /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trim()]);
  }

  ran(): string[] {
    return this.read().map(([kind]) => kind);
  }
}
