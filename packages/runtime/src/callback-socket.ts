import type { Socket } from 'node:net';
import type { Callback } from '@standpipe/runtime-api';

/**
 * Answers a program's callbacks. Init writes the number of a callback (u32) to its control socket
 * and reads the answer: 0, or the errno that its op shall fail with. What a callback threw is kept,
 * for it says more than an errno can.
 */
export class CallbackSocket {
  readonly #callbacks: readonly Callback[];
  #pending = Buffer.alloc(0);
  #thrown: { readonly callback: Callback; readonly error: unknown } | undefined;

  constructor(socket: Socket, callbacks: readonly Callback[]) {
    this.#callbacks = callbacks;
    socket.on('data', (chunk: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, chunk]);
      void this.#answer(socket);
    });
    socket.on('error', () => socket.destroy());
  }

  /** The first callback that threw, with its error. */
  get thrown(): { readonly callback: Callback; readonly error: unknown } | undefined {
    return this.#thrown;
  }

  async #answer(socket: Socket): Promise<void> {
    while (this.#pending.length >= 4) {
      const callback = this.#callbacks[this.#pending.readUInt32LE(0)];
      this.#pending = this.#pending.subarray(4);
      const answer = Buffer.alloc(4);
      if (callback === undefined) answer.writeUInt32LE(EBADMSG);
      else {
        try {
          await callback.run();
        } catch (error) {
          this.#thrown ??= { callback, error };
          answer.writeUInt32LE(ECANCELED);
        }
      }
      socket.write(answer);
    }
  }
}

const EBADMSG = 74;
const ECANCELED = 125;
