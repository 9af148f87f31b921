import { badArgument } from './errors.js';
import type { SyscallArg } from './port.js';

/** What both native doors are built from: how to call, how to learn an address and how to read errno. */
export interface NativeDoor {
  /** libc's syscall(2): seven words in, the result or -1 out. */
  call(nr: number, a: Word, b: Word, c: Word, d: Word, e: Word, f: Word): number | bigint;
  address(buffer: Uint8Array): Word;
  errno(): number;
}

export type Word = number | bigint;

const scratchSize = 16 * 1024;
const encoder = new TextEncoder();

/**
 * Turns arguments into machine words. Strings go into one scratch buffer whose address is asked once
 * (a path costs no allocation); those that don't fit get a buffer of their own.
 *
 * The scratch is free to be used again at the next call because calls are synchronous and the kernel
 * keeps no user pointer past the return of a call that takes a string.
 */
export class Marshaller {
  readonly #door: NativeDoor;
  readonly #scratch = new Uint8Array(scratchSize);
  // A number: Linux hands out no address above 2^53 to those who don't ask for one.
  readonly #base: number;
  #used = 0;

  constructor(door: NativeDoor) {
    this.#door = door;
    this.#base = Number(door.address(this.#scratch));
  }

  /** Forgets the strings of the call before. */
  begin(): void {
    this.#used = 0;
  }

  /** The word for an argument. Buffers made on the way are pushed to `held`. */
  word(arg: SyscallArg | undefined, held: unknown[]): Word {
    switch (typeof arg) {
      case 'number':
        if (!Number.isSafeInteger(arg)) throw badArgument(arg, 'is not a whole number');
        return arg;
      case 'bigint':
        if (arg < -(2n ** 63n) || arg >= 2n ** 64n) throw badArgument(arg, 'does not fit in 64 bits');
        return BigInt.asIntN(64, arg);
      case 'string':
        return this.#string(arg, held);
      case 'undefined':
        return 0;
      default:
        return arg === null ? 0 : this.#door.address(arg);
    }
  }

  #string(text: string, held: unknown[]): Word {
    refuseUnpassable(text);
    const most = text.length * 3 + 1;
    if (most > scratchSize - this.#used) {
      const own = new Uint8Array(most);
      encoder.encodeInto(text, own);
      held.push(own);
      return this.#door.address(own);
    }
    const at = this.#used;
    const { written } = encoder.encodeInto(text, this.#scratch.subarray(at));
    this.#scratch[at + written] = 0;
    this.#used = at + written + 1;
    return this.#base + at;
  }
}

/** Throws for text that the kernel would read as another: cut short by a NUL, or with a lone surrogate, which UTF-8 lacks. */
export function refuseUnpassable(text: string): void {
  if (/[\0\p{Cs}]/u.test(text)) throw badArgument(text, text.includes('\0') ? 'holds a NUL' : 'holds a lone surrogate');
}
