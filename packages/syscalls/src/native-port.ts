import { type Arch, hostArch } from './arch.js';
import { isRepeatable } from './interrupted.js';
import { Marshaller, type NativeDoor } from './marshal.js';
import type { SyscallArg, SyscallPort } from './port.js';

const EINTR = 4;

/** The port over a native door. Node's and Bun's differ in the door alone. */
export class NativePort implements SyscallPort {
  readonly arch: Arch = hostArch();
  readonly #door: NativeDoor;
  readonly #marshaller: Marshaller;
  // Arguments of the call that is under way. A field, so that no optimiser can decide that a buffer
  // whose address was taken is dead before the kernel is done with it. Neither V8 nor JavaScriptCore
  // moves the bytes of an ArrayBuffer; freeing them is the one danger.
  // oxlint-disable-next-line no-unused-private-class-members -- being held is its use
  #held: unknown[] = [];

  constructor(door: NativeDoor) {
    this.#door = door;
    this.#marshaller = new Marshaller(door);
  }

  syscall(nr: number, ...args: SyscallArg[]): number {
    const door = this.#door;
    const marshaller = this.#marshaller;
    const held: unknown[] = args;
    this.#held = held;
    marshaller.begin();
    const a = marshaller.word(args[0], held);
    const b = marshaller.word(args[1], held);
    const c = marshaller.word(args[2], held);
    const d = marshaller.word(args[3], held);
    const e = marshaller.word(args[4], held);
    const f = marshaller.word(args[5], held);
    for (;;) {
      const result = Number(door.call(nr, a, b, c, d, e, f));
      if (result !== -1) {
        this.#held = nothing;
        return result;
      }
      const errno = door.errno();
      if (errno === EINTR && isRepeatable(nr, this.arch)) continue;
      this.#held = nothing;
      return -errno;
    }
  }

  address(buffer: Uint8Array): bigint {
    return BigInt(this.#door.address(buffer));
  }
}

const nothing: unknown[] = [];
