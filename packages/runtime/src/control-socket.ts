import type { Socket } from 'node:net';
import type { Callback } from '@standpipe/runtime-api';
import { FAILURE_MARK } from './core/report.js';

const NUMBER_SIZE = 4;
const MESSAGE_SIZE = 8;
const EBADMSG = 74;
const ECANCELED = 125;

/**
 * The runtime's end of a program's control socket. Init writes the number of a callback and a value for it (u32 each), and reads the answer: 0, or
 * the errno that its op shall fail with. What a callback threw is kept, for it says more than an errno can.
 * A program that tells of its failure here writes a mark and the sentence, and ends.
 */
export class ControlSocket {
  /** When the program has closed its end. */
  readonly ended: Promise<void>;
  readonly #callbacks: readonly Callback[];
  #pending = Buffer.alloc(0);
  #answering: Promise<void> = Promise.resolve();
  #failed = false;
  #thrown: { readonly callback: Callback; readonly error: unknown } | undefined;

  constructor(socket: Socket, callbacks: readonly Callback[]) {
    this.#callbacks = callbacks;
    this.ended = new Promise((resolve) => void socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, chunk]);
      this.#answering = this.#answering.then(async () => this.#answer(socket));
    });
    socket.on('error', () => socket.destroy());
  }

  /** The first callback that threw, with its error. */
  get thrown(): { readonly callback: Callback; readonly error: unknown } | undefined {
    return this.#thrown;
  }

  /** The sentence of what failed. Whole when the socket has ended. */
  get failure(): string | undefined {
    return this.#failed ? this.#pending.toString() : undefined;
  }

  async #answer(socket: Socket): Promise<void> {
    while (!this.#failed && this.#pending.length >= NUMBER_SIZE) {
      if (this.#pending.toString('latin1', 0, NUMBER_SIZE) === FAILURE_MARK) {
        this.#pending = this.#pending.subarray(NUMBER_SIZE);
        this.#failed = true;
        return;
      }
      if (this.#pending.length < MESSAGE_SIZE) return;
      const message = this.#pending.subarray(0, MESSAGE_SIZE);
      this.#pending = this.#pending.subarray(MESSAGE_SIZE);
      const callback = this.#callbacks[message.readUInt32LE(0)];
      const answer = Buffer.alloc(NUMBER_SIZE);
      if (callback === undefined) answer.writeUInt32LE(EBADMSG);
      else {
        try {
          await callback.run(message.readUInt32LE(NUMBER_SIZE));
        } catch (error) {
          this.#thrown ??= { callback, error };
          answer.writeUInt32LE(ECANCELED);
        }
      }
      socket.write(answer);
    }
  }
}
