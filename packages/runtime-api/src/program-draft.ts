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

const MSG_NOSIGNAL = 0x4000;
const MSG_WAITALL = 0x100;

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
  /** Where a program that has one finds its control socket: behind the fds that the user's process keeps. */
  readonly controlFd: number;
  readonly #start: Label = label('host');
  readonly #fragments: Record<Half, Fragment[]> = { host: [], container: [] };
  readonly #ends: Record<Half, Fragment | undefined> = { host: undefined, container: undefined };
  readonly #extra: Section[] = [];
  readonly #callbacks: Callback[] = [];
  #begin: { readonly origin: Origin; readonly ops: () => readonly Op[] } | undefined;
  #origin: Origin = { plugin: 'runtime', step: 'start' };

  readonly #controlled: boolean;

  constructor({ preserveFds = 0, controlled = false }: { readonly preserveFds?: number; readonly controlled?: boolean } = {}) {
    this.controlFd = 3 + preserveFds;
    this.#controlled = controlled;
  }

  /** Whether the program is started with a control socket. */
  get hasControl(): boolean {
    return this.#controlled || this.#callbacks.length > 0;
  }

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

  /** How the host half begins, before all that steps append. Asked for when all of them have run, and it is known what they want. */
  begin(ops: () => readonly Op[]): void {
    this.#begin = { origin: this.#origin, ops };
  }

  /** How a half ends, after its undos: must not return. */
  end(half: Half, ops: readonly Op[]): void {
    this.#ends[half] = { origin: this.#origin, ops };
  }

  /** A section for a process of its own, such as a helper that is cloned and reaped. Its ops are the step's, like the others. */
  section({ name, start, fragments, end }: Section): void {
    const own = ({ ops }: Fragment): Fragment => ({ origin: this.#origin, ops });
    this.#extra.push({ name, start, fragments: fragments.map(own), end: own(end) });
  }

  /**
   * Stops the host half here until `run` has returned in the runtime's process. A program with
   * callbacks can't replace its launcher, and can't be compiled to an executable of its own.
   */
  callback(run: Callback['run']): void {
    const number = this.#callbacks.push({ origin: this.#origin, run }) - 1;
    const message = buf('callback', 4);
    const [length, answer] = [reg('length'), reg('answer')];
    const [gone, answered, done] = [label('runtime gone'), label('answered'), label(`callback ${String(number)} done`)];
    const say = `run the callback of ${this.#origin.plugin}/${this.#origin.step}`;
    this.host([
      store(message, 4, number),
      // No SIGPIPE: when the runtime has died, what was set up is undone.
      sys('sendto', [this.controlFd, message, 4, MSG_NOSIGNAL, null, 0], { unless: { errno: ['EPIPE', 'ECONNRESET'], goto: gone }, say }),
      sys('recvfrom', [this.controlFd, message, 4, MSG_WAITALL, null, null], {
        to: length,
        unless: { errno: ['ECONNRESET'], goto: gone },
        say,
      }),
      branch(length, '==', 4, answered),
      here(gone),
      raise(`${say}: the runtime is gone`),
      here(answered),
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
    const begin = this.#begin === undefined ? [] : [{ origin: this.#begin.origin, ops: this.#begin.ops() }];
    const half = (name: Half, start: Label): Section[] => {
      const end = this.#ends[name];
      if (end === undefined) return [];
      return [{ name, start, fragments: name === 'host' ? [...begin, ...this.#fragments.host] : this.#fragments.container, end }];
    };
    return { sections: [...half('host', this.#start), ...half('container', this.containerStart), ...this.#extra] };
  }
}
