import { resolve } from 'node:path';
import { createSettings, type GivenSettings } from '@standpipe/runtime';
import type { CreateSettings } from '@standpipe/runtime-api';
import { flag, type Invocation, number, text } from './command.js';

/** The settings that a command line asks for, with `id` and `bundle` known. */
export function settingsOf(invocation: Invocation, given: GivenSettings): CreateSettings {
  const { root, log, logFormat } = invocation.global;
  const pidFile = text(invocation, 'pid-file');
  const consoleSocket = text(invocation, 'console-socket');
  return createSettings({
    ...(root === undefined ? {} : { stateRoot: resolve(root) }),
    detach: flag(invocation, 'detach'),
    keep: flag(invocation, 'keep'),
    noPivot: flag(invocation, 'no-pivot'),
    preserveFds: number(invocation, 'preserve-fds') ?? 0,
    pidFile: pidFile === undefined ? undefined : resolve(pidFile),
    consoleSocket: consoleSocket === undefined ? undefined : resolve(consoleSocket),
    log: log === undefined ? undefined : { path: resolve(log), format: logFormat },
    strict: flag(invocation, 'strict'),
    ...given,
  });
}
