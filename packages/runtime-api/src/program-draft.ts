import {
  branch,
  buf,
  type Fragment,
  here,
  type Label,
  label,
  load,
  type Op,
  type Origin,
  type ProgramSource,
  raise,
  reg,
  type Section,
  store,
  sys,
} from '@standpipe/program';

/** Which process runs an op: `host` stays outside, `container` becomes the user's process. */
export type Half = 'host' | 'container';

/** Where a program with callbacks finds its control socket. */
export const CONTROL_FD = 3;

/** A function that init calls back for, between two ops of the host half. It runs in the runtime's process. */
export interface Callback {
  readonly origin: Origin;
  readonly run: () => void | Promise<void>;
}

/**
 * The program as it grows while a pipeline runs. Steps append ops to its halves; who is appending is
 * known from the pipeline, so every op has its origin without a word from the step.
 */
export class ProgramDraft {
  /** Where the clone's child goes on. */
  readonly containerStart: Label = label('container');
  readonly #start: Label = label('host');
  readonly #fragments: Record<Half, Fragment[]> = { host: [], container: [] };
  readonly #ends: Record<Half, Fragment | undefined> = { host: undefined, container: undefined };
  readonly #extra: Section[] = [];
  readonly #callbacks: Callback[] = [];
  #origin: Origin = { plugin: 'runtime', step: 'start' };

  /** Called by the pipeline before each step. */
  enter(origin: Origin): void {
    this.#origin = origin;
  }

  host(ops: readonly Op[]): void {
    if (ops.length > 0) this.#fragments.host.push({ origin: this.#origin, ops });
  }

  container(ops: readonly Op[]): void {
    if (ops.length > 0) this.#fragments.container.push({ origin: this.#origin, ops });
  }

  /** How a half ends, after its undos: must not return. */
  end(half: Half, ops: readonly Op[]): void {
    this.#ends[half] = { origin: this.#origin, ops };
  }

  /** A section for a process of its own, such as a helper that is cloned and reaped. */
  section(section: Section): void {
    this.#extra.push(section);
  }

  /**
   * Stops the host half here until `run` has returned in the runtime's process. A program with
   * callbacks can't replace its launcher, and can't be compiled to an executable of its own.
   */
  callback(run: Callback['run']): void {
    const number = this.#callbacks.push({ origin: this.#origin, run }) - 1;
    const message = buf('callback', 4);
    const answer = reg('answer');
    const done = label(`callback ${String(number)} done`);
    const say = `run the callback of ${this.#origin.plugin}/${this.#origin.step}`;
    this.host([
      store(message, 4, number),
      sys('write', [CONTROL_FD, message, 4], { say }),
      store(message, 4, -1),
      sys('read', [CONTROL_FD, message, 4], { say }),
      load(message, 4, answer),
      branch(answer, '==', 0, done),
      raise(say, { errno: answer }),
      here(done),
    ]);
  }

  get callbacks(): readonly Callback[] {
    return this.#callbacks;
  }

  source(): ProgramSource {
    const half = (name: Half, start: Label): Section[] => {
      const end = this.#ends[name];
      if (end === undefined) return [];
      return [{ name, start, fragments: this.#fragments[name], end }];
    };
    return { sections: [...half('host', this.#start), ...half('container', this.containerStart), ...this.#extra] };
  }
}
