/**
 * A cell of the executor that holds an earlier result: an fd, a pid, a length, an errno as a negative
 * number. Registers are told apart by identity; the name is for people. Until it is written a register
 * holds -1, so that a file descriptor that was never opened is EBADF and not standard input.
 */
export interface Reg {
  readonly kind: 'reg';
  readonly name: string;
}

/** Makes a new register. */
export function reg(name: string): Reg {
  return { kind: 'reg', name };
}

/** Registers that the executor itself writes or that exist from the start. */
export const ERRNO: Reg = reg('errno');
/** Index of the op that failed first. */
export const FAILED: Reg = reg('failed');
/** Address of the process's own argv, as init was started. */
export const ARGV: Reg = reg('argv');
/** Address of the process's own environment, as init was started. */
export const ENVP: Reg = reg('envp');

export const fixedRegisters: readonly Reg[] = [ERRNO, FAILED, ARGV, ENVP];

/** A pointer inside a buffer: `at` bytes into `buf` lies the address of `to`. */
export interface BufPointer {
  readonly at: number;
  readonly to: string | Uint8Array | Buf | BufRef;
}

/** A region of the program's data that ops read and write. Told apart by identity. */
export interface Buf {
  readonly kind: 'buf';
  readonly name: string;
  readonly size: number;
  /** First content; the rest is zero. */
  readonly bytes: Uint8Array | undefined;
  readonly pointers: readonly BufPointer[];
}

/** An address inside a buffer. */
export interface BufRef {
  readonly kind: 'ref';
  readonly buf: Buf;
  readonly offset: number;
}

/** Makes a buffer of `size` bytes, zeroed, or filled with `bytes` to begin with. */
export function buf(name: string, size: number, bytes?: Uint8Array): Buf {
  return { kind: 'buf', name, size, bytes, pointers: [] };
}

/** The place `offset` bytes into a buffer. */
export function at(target: Buf, offset: number): BufRef {
  return { kind: 'ref', buf: target, offset };
}

/** A value that fills one 64-bit word of a structure. Texts and buffers become their address, `null` becomes 0. */
export type Word = number | bigint | string | Uint8Array | Buf | BufRef | null;

/**
 * Makes a buffer of 64-bit words: argv and envp (end them with `null`), iovec, mount_attr, clone_args,
 * open_how … most structures of the newer system calls are just that.
 */
export function words(name: string, values: readonly Word[]): Buf {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  const pointers: BufPointer[] = [];
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    if (typeof value === 'number' || typeof value === 'bigint') view.setBigInt64(i * 8, BigInt.asIntN(64, BigInt(value)), true);
    else pointers.push({ at: i * 8, to: value });
  }
  return { kind: 'buf', name, size: bytes.length, bytes, pointers };
}

/**
 * What an op may take: an immediate, the value of a register, or the address of a text (made
 * NUL-terminated), of constant bytes, or of a buffer. `null` is the null pointer.
 */
export type Operand = number | bigint | string | Uint8Array | Reg | Buf | BufRef | null;
