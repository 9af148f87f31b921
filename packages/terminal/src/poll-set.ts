import { at, branch, buf, type BufRef, type Label, load, type Op, type Reg, reg, store, sys } from '@standpipe/program';

export const POLLIN = 1;
export const POLLOUT = 4;

const POLLFD_SIZE = 8;

/** An array of struct pollfd, with a fixed slot for each fd that may be polled. @man poll(2) */
export class PollSet {
  readonly #fds;
  readonly #slots: number;
  readonly #revents = reg('revents');

  constructor(slots: number) {
    this.#slots = slots;
    this.#fds = buf('pollfds', slots * POLLFD_SIZE);
  }

  #field(slot: number, offset: number): BufRef {
    return at(this.#fds, slot * POLLFD_SIZE + offset);
  }

  arm(slot: number, fd: Reg | number, events: Reg | number): Op[] {
    return [store(this.#field(slot, 0), 4, fd), store(this.#field(slot, 4), 2, events)];
  }

  /** Passes the slot over. One without events would still report a hang-up, again and again. */
  disarm(slot: number): Op {
    return store(this.#field(slot, 0), 4, -1);
  }

  /** Waits; goes to `interrupted` when a signal came in between. @man ppoll(2) */
  wait(timeout: Reg | null, interrupted: Label, say: string): Op {
    return sys('ppoll', [this.#fds, this.#slots, timeout, null, 0], { unless: { errno: ['EINTR'], goto: interrupted }, say });
  }

  /** Goes to `otherwise` when the fd of the slot has nothing to say. */
  unlessReady(slot: number, otherwise: Label): Op[] {
    return [load(this.#field(slot, 6), 2, this.#revents), branch(this.#revents, '==', 0, otherwise)];
  }
}
