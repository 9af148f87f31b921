import { resolve } from 'node:path';
import { createSettings, defaultStateRoot, type GivenSettings, listenFds } from '@standpipe/runtime';
import type { CreateSettings } from '@standpipe/runtime-api';
import { flag, type Invocation, number, text } from './command.js';

/** The settings that a command line asks for, with `id` and `bundle` known. */
export function settingsOf(invocation: Invocation, given: GivenSettings): CreateSettings {
  const { root, log, logFormat, cgroupManager } = invocation.global;
  const pidFile = text(invocation, 'pid-file');
  const consoleSocket = text(invocation, 'console-socket');
  const pidfdSocket = text(invocation, 'pidfd-socket');
  // Socket activation: systemd hands sockets over from fd 3 on, before the preserved ones.
  const sockets = listenFds(process.env, process.pid);
  return createSettings({
    ...(root === undefined ? {} : { stateRoot: resolve(root) }),
    ...(root === undefined && flag(invocation, 'as-root') ? { stateRoot: defaultStateRoot({}, 0) } : {}),
    detach: flag(invocation, 'detach'),
    keep: flag(invocation, 'keep'),
    noPivot: flag(invocation, 'no-pivot'),
    noNewKeyring: flag(invocation, 'no-new-keyring'),
    listenFds: sockets,
    preserveFds: sockets + (number(invocation, 'preserve-fds') ?? 0),
    cgroupManager,
    pidFile: pidFile === undefined ? undefined : resolve(pidFile),
    consoleSocket: consoleSocket === undefined ? undefined : resolve(consoleSocket),
    ...(pidfdSocket === undefined ? {} : { pidfdSocket: resolve(pidfdSocket) }),
    log: log === undefined ? undefined : { path: resolve(log), format: logFormat },
    strict: flag(invocation, 'strict'),
    ...given,
  });
}
