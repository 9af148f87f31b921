import { resolve } from 'node:path';
import type { CreateSettings } from '@standpipe/runtime-api';
import { defaultStateRoot } from '@standpipe/runtime';
import { flag, type Invocation, number, text } from './command.js';

/** The settings that a command line asks for, with `id` and `bundle` known. */
export function createSettings(invocation: Invocation, given: Pick<CreateSettings, 'id' | 'bundle'> & Partial<CreateSettings>): CreateSettings {
  const { global } = invocation;
  const pidFile = text(invocation, 'pid-file');
  return {
    stateRoot: global.root === undefined ? defaultStateRoot(process.env, process.geteuid?.() ?? 0) : resolve(global.root),
    detach: flag(invocation, 'detach'),
    keep: flag(invocation, 'keep'),
    noPivot: flag(invocation, 'no-pivot'),
    standalone: false,
    preserveFds: number(invocation, 'preserve-fds') ?? 0,
    pidFile: pidFile === undefined ? undefined : resolve(pidFile),
    consoleSocket: undefined,
    log: global.log === undefined ? undefined : { path: resolve(global.log), format: global.logFormat },
    failureCodes: { setUp: 1, notFound: 1, notExecutable: 1 },
    strict: flag(invocation, 'strict'),
    name: 'standpipe',
    ...given,
  };
}
