import type { SpecIssue } from '@standpipe/errors';
import { SlotValues } from '@standpipe/kernel';
import type { Process, Spec } from '@standpipe/oci-spec';
import { type Buf, buf, type InitArch, type Reg, reg } from '@standpipe/program';
import { noProcess } from './errors.js';
import type { HostFacts } from './host-facts.js';
import type { JoinedContainer } from './joined-container.js';
import { ProgramDraft } from './program-draft.js';

/** What the caller asked for besides the bundle. */
export interface CreateSettings {
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Absolute path of the directory that holds a directory for each container. */
  readonly stateRoot: string;
  /** Leave the container running and end as soon as the process runs. */
  readonly detach: boolean;
  /** Leave the container when all of it is set up but its command, which waits to be started. Goes with `detach`. */
  readonly hold?: boolean;
  /** Keep the state directory when the process has ended. */
  readonly keep: boolean;
  /** The root can't be pivoted to (it is on a ramfs): move and chroot instead. */
  readonly noPivot: boolean;
  /** The program starts from an executable file of its own, with no launcher before it. */
  readonly standalone: boolean;
  /** The machine that it is for, where that is another one. */
  readonly arch?: InitArch;
  /** File descriptors from 3 up that the process keeps. */
  readonly preserveFds: number;
  /** How many of them, the first ones, are sockets that the runtime was started with (sd_listen_fds(3)): the process is told of them. */
  readonly listenFds?: number;
  /** The process stays in the runtime's session keyring. */
  readonly noNewKeyring?: boolean;
  /** Who makes the cgroup, if anybody is to. Left out, `cgroupsPath` and the assembly say it. */
  readonly cgroupManager?: 'cgroupfs' | 'systemd' | 'disabled' | undefined;
  readonly pidFile: string | undefined;
  readonly consoleSocket: string | undefined;
  /** Path of a socket that the process's pidfd is sent to. */
  readonly pidfdSocket?: string | undefined;
  /** Where a failure is reported besides standard error. */
  readonly log: { readonly path: string; readonly format: 'text' | 'json' } | undefined;
  /** Exit codes of a failed set-up: in general, when the command is not there, and when it can't be run. */
  readonly failureCodes: { readonly setUp: number; readonly notFound: number; readonly notExecutable: number };
  /** Fail when the spec asks for what no assembled plugin honours, instead of warning. */
  readonly strict: boolean;
  /**
   * The caller stays with the program, in a process of its own: it is called when the container is set up, and is told of
   * a failure over the control socket instead of the standard error, which is the container's.
   */
  readonly onCreated?: () => void;
  /** How the program calls itself in front of a failure's sentence. */
  readonly name: string;
}

/** Registers that steps of different plugins share. */
export interface SharedRegisters {
  /** The host half's and the container half's ends of the socket between them, and where a failure's sentence is written that only the program knows. */
  readonly sync: { readonly host: Reg; readonly container: Reg; readonly sentence: Buf };
  /** The container's process, seen from the host. */
  readonly pid: Reg;
  readonly pidfd: Reg;
  /** The container half's fd of the root filesystem. */
  readonly root: Reg;
  /** What the host half exits with. */
  readonly code: Reg;
}

/** What the steps of the create pipeline work on. */
export interface CreateContext {
  readonly spec: Spec;
  /** The spec's process: what is created must have one. */
  readonly process: Process;
  /** The container that the process joins, where none is created. */
  readonly container?: JoinedContainer;
  readonly settings: CreateSettings;
  readonly facts: HostFacts;
  readonly program: ProgramDraft;
  readonly regs: SharedRegisters;
  /** What steps hand to each other. */
  readonly slots: SlotValues;
  /** Things that a person should know and that stop nothing. */
  readonly warnings: SpecIssue[];
}

export interface CreateContextInput {
  readonly spec: Spec;
  readonly settings: CreateSettings;
  readonly facts: HostFacts;
}

/** As long as a report may be, about. */
const SENTENCE_SIZE = 8192;

/** @throws SpecError when the spec has no process */
export function createContext({ spec, settings, facts }: CreateContextInput): CreateContext {
  const { process } = spec;
  if (process === undefined) throw noProcess();
  return {
    spec,
    process,
    settings,
    facts,
    program: new ProgramDraft({ preserveFds: settings.preserveFds, controlled: settings.onCreated !== undefined }),
    regs: {
      sync: { host: reg('sync'), container: reg('sync'), sentence: buf('sentence', SENTENCE_SIZE) },
      pid: reg('pid'),
      pidfd: reg('pidfd'),
      root: reg('root'),
      code: reg('code'),
    },
    slots: new SlotValues(),
    warnings: [],
  };
}
