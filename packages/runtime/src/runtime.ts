import { resolve } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import type { Assembly } from '@standpipe/kernel';
import type { Spec } from '@standpipe/oci-spec';
import { checkContainerId, defaultStateRoot, readState } from '@standpipe/state';
import { type Bundle, bundleOf, readBundle } from './bundle.js';
import { ContainerHandle, type ContainerHandleInput } from './container-handle.js';
import { createProgram, type CreateProgram } from './create-program.js';
import { createSettings, type GivenSettings } from './create-settings.js';
import { clearStale, deleteContainer } from './delete-container.js';
import { setUpFailed } from './errors.js';
import { finish, type Finished, type FinishSettings } from './finished.js';
import { guarded } from './guard.js';
import { linuxHostFacts } from './linux-host-facts.js';
import { loadAssembly } from './load-assembly.js';
import { type RunningProgram, spawnProgram, type SpawnSettings } from './spawn-program.js';
import { type ContainerDescription, describeContainers } from './steer/describe.js';

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

export interface RunContainerSettings extends ContainerSettings, FinishSettings {
  readonly signal?: AbortSignal;
}

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
    await guarded(running, Promise.race([isCreated, neverSoon(running)]), settings.signal, async (came) =>
      // Before, there is none, or it is another's that has the id.
      came ? deleteContainer(this.stateRoot, settings.id, { force: true }) : this.#clear(settings.id),
    );
    return new ContainerHandle({ ...this.#common(settings.id), own: running, warnings: made.warnings });
  }

  /**
   * Runs a container to its end, and gives its output. Nothing of it stays.
   *
   * @throws SpecError, PlumbingError as `create` does; `OUTPUT_TOO_LARGE`; what `signal` aborted with
   */
  async run(settings: RunContainerSettings): Promise<Finished> {
    const made = await this.#program(settings, { onCreated: () => undefined });
    const finished = await finish(spawnProgram(made, { stdio: 'pipe' }), settings, async () => this.#clear(settings.id));
    return { ...finished, warnings: made.warnings };
  }

  /**
   * A container that is there, whoever made it.
   *
   * @throws PlumbingError `CONTAINER_UNKNOWN`
   */
  get(id: string): ContainerHandle {
    readState(this.stateRoot, id);
    return new ContainerHandle(this.#common(id));
  }

  /** All containers of the state root, by id. */
  list(): ContainerDescription[] {
    return describeContainers(this.stateRoot);
  }

  #common(id: string): Pick<ContainerHandleInput, 'id' | 'stateRoot' | 'assembly'> {
    return { id, stateRoot: this.stateRoot, assembly: this.assembly };
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
    await this.#clear(id);
    signal?.throwIfAborted();
    return made;
  }

  /** Removes what a program left that was killed. A container that lives is not touched: its program, or the next one, will say so. */
  async #clear(id: string): Promise<void> {
    try {
      await clearStale(this.stateRoot, id);
    } catch (error) {
      if (!PlumbingError.is(error) || !error.code.startsWith('CONTAINER_')) throw error;
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

/** The end of a program that was to say something first. */
async function neverSoon({ exited }: RunningProgram): Promise<never> {
  throw setUpFailed(`standpipe-init ended with code ${String(await exited)} before the container was set up`);
}

/** Settings that were left out must not stand in the way of the usual ones. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
