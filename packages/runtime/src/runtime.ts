import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SpecIssue } from '@standpipe/errors';
import type { Assembly } from '@standpipe/kernel';
import type { Spec } from '@standpipe/oci-spec';
import { checkContainerId, defaultStateRoot, readState } from '@standpipe/state';
import { type Bundle, bundleOf, readBundle } from './bundle.js';
import { ContainerHandle } from './container-handle.js';
import { createProgram, type CreateProgram } from './create-program.js';
import { createSettings, type GivenSettings } from './create-settings.js';
import { clearStale, deleteContainer } from './delete-container.js';
import { outputTooLarge } from './errors.js';
import { linuxHostFacts } from './linux-host-facts.js';
import { loadAssembly } from './load-assembly.js';
import { orAbort } from './or-abort.js';
import { collect } from './output.js';
import { type RunningProgram, spawnProgram, type SpawnSettings } from './spawn-program.js';
import { type ContainerDescription, describeContainers } from './steer/describe.js';
import { killContainer } from './steer/kill.js';

export interface RuntimeSettings {
  /** `default`, `sandbox`, or an assembly config file. */
  readonly assembly?: string;
  /** The directory of states; as the command line has it when left out. */
  readonly stateRoot?: string;
}

/** What a container is made from, and how. */
export interface ContainerSettings extends Partial<
  Pick<GivenSettings, 'noPivot' | 'noNewKeyring' | 'strict' | 'pidFile' | 'consoleSocket'>
> {
  /** Unique in the state root. */
  readonly id: string;
  /** Directory of the bundle. */
  readonly bundle: string;
  /** A config to use instead of the bundle's config.json. */
  readonly spec?: Spec;
  /** Aborts the creation, and for `run` the container: it is killed, and what there is of it removed. */
  readonly signal?: AbortSignal;
}

export interface CreateContainerSettings extends ContainerSettings {
  /** The container's standard streams; `ignore` when left out. */
  readonly stdio?: SpawnSettings['stdio'];
}

export interface RunContainerSettings extends ContainerSettings {
  /** What the command reads; nothing when left out. */
  readonly input?: string | Uint8Array;
  /** Bytes of standard output and of standard error that are kept, each; a command that writes more is killed. 16 MiB when left out. */
  readonly maxOutput?: number;
}

/** A container that has run, and is gone. */
export interface Finished {
  /** Exit status of its command, or 128 and the number of the signal that ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly warnings: readonly SpecIssue[];
}

const MAX_OUTPUT = 16 * 2 ** 20;

/** Containers of one assembly and one state root. */
export class Runtime {
  readonly assembly: Assembly;
  readonly stateRoot: string;

  constructor(assembly: Assembly, stateRoot: string) {
    this.assembly = assembly;
    this.stateRoot = stateRoot;
  }

  /**
   * Makes a container, all set up but for its command, which waits for `start`. It outlives this process, and stays until it is deleted.
   *
   * @throws SpecError with every fault of the config; PlumbingError `SET_UP_FAILED` with what the kernel refused, and nothing left of it
   */
  async create(settings: CreateContainerSettings): Promise<ContainerHandle> {
    let created: () => void = () => undefined;
    const isCreated = new Promise<void>((onCreated) => (created = onCreated));
    const made = await this.#program(settings, { hold: true, keep: true, onCreated: () => created() });
    const running = spawnProgram(made, { stdio: settings.stdio ?? 'ignore' });
    await this.#guard(settings, running, Promise.race([isCreated, running.exited]));
    return new ContainerHandle({ id: settings.id, stateRoot: this.stateRoot, own: running, warnings: made.warnings });
  }

  /**
   * Runs a container to its end, and gives its output. Nothing of it stays.
   *
   * @throws SpecError, PlumbingError as `create` does; `OUTPUT_TOO_LARGE`; what `signal` aborted with
   */
  async run(settings: RunContainerSettings): Promise<Finished> {
    const made = await this.#program(settings, { onCreated: () => undefined });
    const running = spawnProgram(made, { stdio: 'pipe' });
    const { stdin, stdout, stderr } = running.process;
    // A command that does not read what it is given is no failure.
    stdin?.on('error', () => undefined).end(settings.input ?? '');
    const limit = settings.maxOutput ?? MAX_OUTPUT;
    const tooMuch = new AbortController();
    const onTooMuch = (): void => tooMuch.abort(outputTooLarge(settings.id, limit));
    const signal = settings.signal === undefined ? tooMuch.signal : AbortSignal.any([settings.signal, tooMuch.signal]);
    const output = Promise.all([collect(stdout, limit, onTooMuch), collect(stderr, limit, onTooMuch)]);
    const code = await this.#guard({ ...settings, signal }, running, running.exited);
    const [out, err] = await output;
    return { code, stdout: out, stderr: err, warnings: made.warnings };
  }

  /**
   * A container that is there, whoever made it.
   *
   * @throws PlumbingError `CONTAINER_UNKNOWN`
   */
  get(id: string): ContainerHandle {
    readState(this.stateRoot, id);
    return new ContainerHandle({ id, stateRoot: this.stateRoot });
  }

  /** All containers of the state root, by id. */
  list(): ContainerDescription[] {
    return describeContainers(this.stateRoot);
  }

  async #program(settings: ContainerSettings, more: Partial<GivenSettings>): Promise<CreateProgram> {
    const { id, bundle: path, spec, signal, noPivot, noNewKeyring, strict, pidFile, consoleSocket } = settings;
    signal?.throwIfAborted();
    checkContainerId(id);
    const bundle: Bundle = spec === undefined ? readBundle(path) : bundleOf(path, spec);
    const given = { noPivot, noNewKeyring, strict, pidFile, consoleSocket };
    const made = await createProgram(
      this.assembly,
      bundle,
      createSettings({ ...defined(given), id, bundle: bundle.path, stateRoot: this.stateRoot, ...more }),
      linuxHostFacts(),
    );
    await clearStale(this.stateRoot, id).catch(() => undefined);
    signal?.throwIfAborted();
    return made;
  }

  /** Waits for something of a program. Aborted, it ends the program with its container, and waits until nothing is left. */
  async #guard<T>({ id, signal }: Pick<ContainerSettings, 'id' | 'signal'>, running: RunningProgram, awaited: Promise<T>): Promise<T> {
    try {
      return await orAbort(awaited, signal);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      await this.#end(id, running);
      throw error;
    }
  }

  async #end(id: string, running: RunningProgram): Promise<void> {
    const exited = running.exited.catch(() => undefined);
    const parent = running.process.pid;
    if (parent !== undefined && this.#parentOf(id) === parent) {
      await killContainer(this.stateRoot, id, 'SIGKILL').catch(() => undefined);
      await exited;
      await deleteContainer(this.stateRoot, id, { force: true });
    } else {
      // There is none yet, or one of that id is another's: who makes ours dies, and takes what is half made along.
      running.process.kill('SIGKILL');
      await exited;
      await clearStale(this.stateRoot, id).catch(() => undefined);
    }
  }

  #parentOf(id: string): number | undefined {
    try {
      const { pid } = readState(this.stateRoot, id);
      const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return undefined;
    }
  }
}

/**
 * A runtime for use in this program: what the command line does, as calls.
 *
 * @throws AssemblyError with every problem of the assembly
 */
export async function openRuntime({ assembly, stateRoot }: RuntimeSettings = {}): Promise<Runtime> {
  const root = stateRoot === undefined ? defaultStateRoot(process.env, process.geteuid?.() ?? 0) : resolve(stateRoot);
  return new Runtime(await loadAssembly(assembly), root);
}

/** Settings that were left out must not stand in the way of the usual ones. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
