import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { SpecIssue } from '@standpipe/errors';
import type { CgroupStats } from '@standpipe/cgroups';
import type { Assembly } from '@standpipe/kernel';
import type { LinuxResources } from '@standpipe/oci-spec';
import { readState } from '@standpipe/state';
import { awaitEnd } from './await-end.js';
import type { CreateProgram } from './create-program.js';
import { createSettings } from './create-settings.js';
import { execProgram, type GivenProcess, processLike, readTarget } from './exec/index.js';
import { finish, type Finished, type FinishSettings } from './finished.js';
import { guarded } from './guard.js';
import { linuxHostFacts } from './linux-host-facts.js';
import { RunningCommand } from './running-command.js';
import { spawnProgram, type SpawnSettings } from './spawn-program.js';
import { orAbort } from './or-abort.js';
import { deleteContainer, type DeleteSettings } from './delete-container.js';
import { containerEvents, type ContainerEvent, type EventsSettings, readContainerStats } from './steer/events.js';
import { type ContainerDescription, describeContainer } from './steer/describe.js';
import { killContainer, type KillSettings } from './steer/kill.js';
import { startContainer, type StartSettings } from './start-container.js';
import { pauseContainer, resumeContainer } from './steer/pause.js';
import { listProcesses } from './steer/processes.js';
import { updateContainer } from './steer/update.js';

/** How a container's process has ended. */
export interface Exit {
  /** Its exit status, or 128 and the number of the signal that ended it. Undefined for a container that another process made: only a parent is told. */
  readonly code: number | undefined;
}

/** What this process keeps of a container that it made itself. */
export interface OwnProgram {
  /** standpipe-init, the parent of the container's process. */
  readonly process: ChildProcess;
  readonly exited: Promise<number>;
}

export interface ContainerHandleInput {
  readonly id: string;
  readonly stateRoot: string;
  readonly assembly: Assembly;
  readonly own?: OwnProgram;
  readonly warnings?: readonly SpecIssue[];
}

/** A command for a container: as the container's own process, but for what is named. */
export interface CommandSettings extends GivenProcess {
  /** Run it while the container is paused: it waits until that is resumed. */
  readonly ignorePaused?: boolean;
}

export interface ExecContainerSettings extends CommandSettings, FinishSettings {}

export interface SpawnInContainerSettings extends CommandSettings {
  /** Its standard streams; `ignore` when left out. */
  readonly stdio?: SpawnSettings['stdio'];
  /** Kills it, while it is made. */
  readonly signal?: AbortSignal;
}

/** A container, by its id. Holds nothing open: a handle can be dropped, and got again from the runtime. */
export class ContainerHandle {
  readonly id: string;
  readonly stateRoot: string;
  /** What the specification or a library had to say of its config. */
  readonly warnings: readonly SpecIssue[];
  readonly #assembly: Assembly;
  readonly #own: OwnProgram | undefined;

  constructor({ id, stateRoot, assembly, own, warnings = [] }: ContainerHandleInput) {
    this.id = id;
    this.#assembly = assembly;
    this.stateRoot = stateRoot;
    this.warnings = warnings;
    this.#own = own;
  }

  /** The container's standard streams, where it was made by this process with `pipe` for them. As of any child process, who doesn't read them before it ends has lost what they held. */
  get stdin(): Writable | undefined {
    return this.#own?.process.stdin ?? undefined;
  }

  get stdout(): Readable | undefined {
    return this.#own?.process.stdout ?? undefined;
  }

  get stderr(): Readable | undefined {
    return this.#own?.process.stderr ?? undefined;
  }

  /** @throws PlumbingError `CONTAINER_UNKNOWN` */
  state(): ContainerDescription {
    return describeContainer(this.stateRoot, this.id);
  }

  /**
   * Runs the command of a created container, and returns when it runs and its poststart hooks have.
   *
   * @throws PlumbingError `CONTAINER_NOT_CREATED`, `START_FAILED`, `HOOK_FAILED`
   */
  async start(settings: StartSettings = {}): Promise<void> {
    await startContainer(this.stateRoot, this.id, settings);
  }

  /** @throws PlumbingError `CONTAINER_NOT_RUNNING`, `SIGNAL_UNKNOWN` */
  async kill(signal: string | number = 'SIGTERM', settings: KillSettings = {}): Promise<void> {
    await killContainer(this.stateRoot, this.id, signal, settings);
  }

  /**
   * Runs a command in the container to its end, and gives its output. An abort kills it.
   *
   * @throws SpecError; PlumbingError `CONTAINER_NOT_RUNNING`, `SET_UP_FAILED` with what stood in its way, `OUTPUT_TOO_LARGE`
   */
  async exec(settings: ExecContainerSettings): Promise<Finished> {
    const made = await this.#command(settings, settings.signal, () => undefined);
    return { ...(await finish(spawnProgram(made, { stdio: 'pipe' }), settings)), warnings: made.warnings };
  }

  /** Starts a command in the container, and returns when it runs. */
  async spawn(settings: SpawnInContainerSettings): Promise<RunningCommand> {
    let runs: () => void = () => undefined;
    const isRunning = new Promise<void>((onRunning) => (runs = onRunning));
    const made = await this.#command(settings, settings.signal, () => runs());
    const running = spawnProgram(made, { stdio: settings.stdio ?? 'ignore' });
    await guarded(running, Promise.race([isRunning, running.exited]), settings.signal);
    return new RunningCommand(running, made.warnings);
  }

  async #command(given: CommandSettings, signal: AbortSignal | undefined, onCreated: () => void): Promise<CreateProgram> {
    signal?.throwIfAborted();
    const { id, stateRoot } = this;
    const target = readTarget(stateRoot, id, { ignorePaused: given.ignorePaused });
    const settings = createSettings({ id, bundle: target.bundle, stateRoot, onCreated });
    return execProgram(this.#assembly, target, processLike(target.process, given), settings, linuxHostFacts());
  }

  async pause(): Promise<void> {
    await pauseContainer(this.stateRoot, this.id);
  }

  async resume(): Promise<void> {
    await resumeContainer(this.stateRoot, this.id);
  }

  /** Sets the limits that are named, all or none. Returns warnings. */
  async update(resources: LinuxResources): Promise<readonly SpecIssue[]> {
    return updateContainer(this.stateRoot, this.id, resources);
  }

  /** What it uses now. */
  stats(): CgroupStats {
    return readContainerStats(this.stateRoot, this.id);
  }

  /** What it uses at intervals, and when its memory runs out, until it ends or `signal` aborts. */
  events(settings: EventsSettings = {}): AsyncGenerator<ContainerEvent, void, undefined> {
    return containerEvents(this.stateRoot, this.id, settings);
  }

  /** The pids of its processes, as this process's pid namespace sees them. */
  processes(): number[] {
    return listProcesses(this.stateRoot, this.id);
  }

  /**
   * Waits until its process has ended. An abort ends the waiting, and lets the container be.
   *
   * @throws what the signal aborted with
   */
  async wait({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Exit> {
    signal?.throwIfAborted();
    if (this.#own !== undefined) return { code: await orAbort(this.#own.exited, signal) };
    await awaitEnd(() => readState(this.stateRoot, this.id).pid !== 0, signal);
    return { code: undefined };
  }

  /** Removes it; with `force` also while it runs, and without complaint when there is none. */
  async delete(settings: DeleteSettings = {}): Promise<void> {
    await deleteContainer(this.stateRoot, this.id, settings);
    // Its parent has nothing left to do, and should not outlive the call.
    await this.#own?.exited.catch(() => undefined);
  }

  /** Kills it when it runs, and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.delete({ force: true });
  }
}
