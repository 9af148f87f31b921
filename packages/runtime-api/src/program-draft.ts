import {
  at,
  branch,
  type Buf,
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
  type Reg,
  reg,
  type Section,
  store,
  sys,
  undo,
} from '@standpipe/program';

/** Which process runs an op: `host` stays outside, `container` becomes the user's process. */
export type Half = 'host' | 'container';

const MSG_NOSIGNAL = 0x4000;
const MSG_WAITALL = 0x100;

/** Number of the callback, and a register's value: 32 bits each. Answered with 32 bits: an errno, or 0. */
const MESSAGE_SIZE = 8;

/** A function that init calls back for, between two ops of the host half. It runs in the runtime's process. */
export interface Callback {
  readonly origin: Origin;
  readonly run: (value: number) => void | Promise<void>;
  /** What is attempted, and where the config asked for it. */
  readonly say?: string | undefined;
  readonly pointer?: string | undefined;
}

export interface CallbackSettings {
  /** Its value is told to the function: a pid, or another number below 2^32. */
  readonly value?: Reg;
  /** Called with the other undos when something fails later, or at the end, if the program's runtime is there still. */
  readonly undo?: Callback['run'];
  /** It is not undone once this is 1. */
  readonly kept?: Reg;
  /** What is attempted, as an error would begin. */
  readonly say?: string;
  readonly pointer?: string | undefined;
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

  /** What a half does by now. */
  opsOf(half: Half): readonly Op[] {
    return this.#fragments[half].flatMap(({ ops }) => ops);
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
  callback(run: Callback['run'], settings: CallbackSettings = {}): void {
    const { value, undo: takeBack, kept, say = this.#callbackSay, pointer } = settings;
    const { message, ask } = this.#ask(run, settings);
    const [length, answer] = [reg('length'), reg('answer')];
    const [gone, answered, done] = [label('runtime gone'), label('answered'), label('callback done')];
    const notes = { say, pointer };
    this.host([
      ...ask,
      // No SIGPIPE: when the runtime has died, what was set up is undone.
      sys('sendto', [this.controlFd, message, MESSAGE_SIZE, MSG_NOSIGNAL, null, 0], {
        unless: { errno: ['EPIPE', 'ECONNRESET'], goto: gone },
        ...notes,
      }),
      sys('recvfrom', [this.controlFd, message, 4, MSG_WAITALL, null, null], {
        to: length,
        unless: { errno: ['ECONNRESET'], goto: gone },
        ...notes,
      }),
      branch(length, '==', 4, answered),
      here(gone),
      raise(`${say}: the runtime is gone`, { pointer }),
      here(answered),
      load(message, 4, answer),
      branch(answer, '==', 0, done),
      raise(say, { errno: answer, pointer }),
      here(done),
    ]);
    if (takeBack !== undefined) this.host([undo(this.#undoing(takeBack, { value, kept }))]);
  }

  get #callbackSay(): string {
    return `run the callback of ${this.#origin.plugin}/${this.#origin.step}`;
  }

  /** Nothing in an undo may fail: without a runtime there is nobody to ask. */
  #undoing(run: Callback['run'], { value, kept }: Pick<CallbackSettings, 'value' | 'kept'>): Op[] {
    const { message, ask } = this.#ask(run, { value });
    const left = label('left as it is');
    return [
      ...(kept === undefined ? [] : [branch(kept, '==', 1, left)]),
      ...ask,
      sys('sendto', [this.controlFd, message, MESSAGE_SIZE, MSG_NOSIGNAL, null, 0], { unless: { errno: 'any', goto: left } }),
      sys('recvfrom', [this.controlFd, message, 4, MSG_WAITALL, null, null]),
      here(left),
    ];
  }

  #ask(run: Callback['run'], { value, say, pointer }: CallbackSettings): { message: Buf; ask: Op[] } {
    const number = this.#callbacks.push({ origin: this.#origin, run, say, pointer }) - 1;
    const message = buf('callback', MESSAGE_SIZE);
    return { message, ask: [store(message, 4, number), store(at(message, 4), 4, value ?? 0)] };
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
