import {
  type ExecTarget,
  type ExecutedProcess,
  execProgram,
  linuxHostFacts,
  loadAssembly,
  parseSubCgroups,
  processLike,
  readProcess,
  readTarget,
  runForeground,
} from '@standpipe/runtime';
import type { ExecSettings } from '@standpipe/runtime-api';
import { flag, type Invocation, list, number, text } from '../command.js';
import { usage } from '../parse.js';
import { tellAssembled, tellPlanned } from '../plan-container.js';
import { settingsOf } from '../settings.js';
import { stateRootOf } from '../state-root.js';
import { printWarnings } from '../warnings.js';

/** Not a code that a command is likely to have: clients tell by it that there was none. */
export const failureCode = 255;

/** Becomes the program that executes a process in a container; returns only when a step of the assembly needs this process to stay. */
export async function run(invocation: Invocation): Promise<number> {
  const id = invocation.positionals[0] ?? '';
  const subCgroups = parseSubCgroups(list(invocation, 'cgroup'));
  const target = readTarget(stateRootOf(invocation), id, {
    ignorePaused: flag(invocation, 'ignore-paused'),
    subCgroups: subCgroups.size > 0,
  });
  const executed = processOf(invocation, target);
  const settings: ExecSettings = {
    ...settingsOf(invocation, {
      id,
      bundle: target.bundle,
      // Sockets that this process was started with are for a container, and not for what is executed in one.
      listenFds: 0,
      preserveFds: number(invocation, 'preserve-fds') ?? 0,
      failureCodes: { setUp: failureCode, notFound: failureCode, notExecutable: failureCode },
    }),
    subCgroups,
    insisted: [
      ...(text(invocation, 'apparmor') === undefined ? [] : ['/process/apparmorProfile']),
      ...(text(invocation, 'process-label') === undefined ? [] : ['/process/selinuxLabel']),
    ],
  };
  const assembly = await loadAssembly(invocation.global.assembly);
  tellAssembled(assembly.plugins, invocation);
  const made = await execProgram(assembly, target, executed, settings, linuxHostFacts());
  printWarnings(made.warnings, invocation);
  tellPlanned(made.program, invocation);
  return runForeground(made, { preserveFds: settings.preserveFds });
}

function processOf(invocation: Invocation, { process }: ExecTarget): ExecutedProcess {
  const file = text(invocation, 'process');
  const args = invocation.rest;
  if (file !== undefined) {
    if (args.length > 0) throw usage(`standpipe exec takes a command or --process, not both: ${JSON.stringify(args[0])}`);
    return readProcess(file, process);
  }
  if (args.length === 0) throw usage('exec args cannot be empty: name a command behind the container, or a file with --process');
  return processLike(process, {
    args,
    cwd: text(invocation, 'cwd'),
    env: list(invocation, 'env'),
    user: text(invocation, 'user'),
    additionalGids: list(invocation, 'additional-gids'),
    capabilities: list(invocation, 'cap'),
    noNewPrivileges: 'no-new-privs' in invocation.options ? flag(invocation, 'no-new-privs') : undefined,
    apparmorProfile: text(invocation, 'apparmor'),
    selinuxLabel: text(invocation, 'process-label'),
    terminal: flag(invocation, 'tty'),
  });
}
