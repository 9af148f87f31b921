import type { Arch } from './arch.js';

/**
 * An argument of a system call. A string is passed as a pointer to its NUL-terminated UTF-8, a
 * Uint8Array as a pointer to its bytes (read or written by the kernel in place), null as 0.
 * Numbers are whole; a bigint may be signed or unsigned, of 64 bits.
 */
export type SyscallArg = number | bigint | string | Uint8Array | null;

/**
 * The one way to the kernel. Everything in Standpipe that makes a system call from JavaScript takes a
 * port, so a test can pass one that only records.
 *
 * Calls are made on the calling thread, so setns(2), prctl(2) and the like mean the thread that asked.
 * A call that blocks blocks JavaScript.
 */
export interface SyscallPort {
  readonly arch: Arch;

  /**
   * Makes a system call with up to six arguments. Gives its result, or -errno; never throws for what
   * the kernel says. Results are numbers: one above 2^53 loses its low bits.
   *
   * EINTR is retried here, and only for calls that can be repeated without harm: openat, openat2, read,
   * pread64, write, pwrite64, readlinkat, statx, fcntl, ftruncate, waitid, wait4, sendto, recvfrom and their like. It is handed
   * out for close(2), whose fd is gone by then, and for calls with a timeout, which would start afresh.
   */
  syscall(nr: number, ...args: SyscallArg[]): number;

  /**
   * The address of a buffer's first byte, for pointers inside structs. It stays right for as long as
   * the buffer is reachable; keeping it so until the call is over is the caller's business. (Buffers
   * passed to `syscall` itself are held by the port.)
   */
  address(buffer: Uint8Array): bigint;
}
