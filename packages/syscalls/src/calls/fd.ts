import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/**
 * Closes a fd. Whatever is thrown, the fd is gone, so it must not be closed again; EINTR says no more
 * than that and is dropped.
 *
 * @man close(2)
 * @errno EBADF it was not open: someone else's fd may be the next to be closed by mistake
 */
export function close(port: SyscallPort, fd: number): void {
  const result = port.syscall(syscallNumber('close', port.arch), fd);
  if (result !== -EINTR) check(result, { syscall: 'close', args: [fd] });
}

const EINTR = 4;

/**
 * Closes, or with CLOSE_RANGE.CLOEXEC marks, every fd from `first` to `last` inclusive.
 *
 * @man close_range(2)
 * @kernel 5.9; CLOEXEC 5.11
 */
export function closeRange(port: SyscallPort, first: number, last: number, flags: number): void {
  const args = [first, last, flags] as const;
  check(port.syscall(syscallNumber('close_range', port.arch), ...args), { syscall: 'close_range', args });
}

/**
 * Makes `newfd` the same open file as `oldfd`, closing what it was. `flags` is 0 or O_CLOEXEC.
 *
 * @man dup3(2)
 * @errno EINVAL the two are equal
 */
export function dup3(port: SyscallPort, oldfd: number, newfd: number, flags: number): number {
  const args = [oldfd, newfd, flags] as const;
  return check(port.syscall(syscallNumber('dup3', port.arch), ...args), { syscall: 'dup3', args });
}

/** @man fcntl(2) */
export function fcntl(port: SyscallPort, fd: number, command: number, arg: number | Uint8Array = 0): number {
  const args = [fd, command, arg] as const;
  return check(port.syscall(syscallNumber('fcntl', port.arch), ...args), { syscall: 'fcntl', args });
}

/** @man ftruncate(2) */
export function ftruncate(port: SyscallPort, fd: number, length: number): void {
  const args = [fd, length] as const;
  check(port.syscall(syscallNumber('ftruncate', port.arch), ...args), { syscall: 'ftruncate', args });
}

/**
 * Reads into `buffer`, at most its length. Gives the number of bytes, 0 at the end.
 *
 * @man read(2)
 */
export function read(port: SyscallPort, fd: number, buffer: Uint8Array): number {
  const args = [fd, buffer, buffer.byteLength] as const;
  return check(port.syscall(syscallNumber('read', port.arch), ...args), { syscall: 'read', args });
}

/**
 * Writes all of `bytes`, in as many calls as the kernel takes. A file of procfs or sysfs takes a value in
 * one write or not at all, and does so for anything shorter than a page.
 *
 * @man write(2)
 */
export function write(port: SyscallPort, fd: number, bytes: Uint8Array): void {
  const nr = syscallNumber('write', port.arch);
  let rest = bytes;
  do {
    const args = [fd, rest, rest.byteLength] as const;
    const written = check(port.syscall(nr, ...args), { syscall: 'write', args });
    rest = rest.subarray(written);
  } while (rest.byteLength > 0);
}

/** Reads to the end of the file, or throws EFBIG once it proves longer than `limitBytes`. */
export function readAll(port: SyscallPort, fd: number, limitBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let length = 0; ;) {
    const chunk = new Uint8Array(Math.min(64 * 1024, limitBytes - length + 1));
    const got = read(port, fd, chunk);
    if (got === 0) return concat(chunks, length);
    length += got;
    check(length > limitBytes ? -EFBIG : 0, {
      syscall: 'read',
      args: [fd, chunk, chunk.byteLength],
      message: `read at most ${limitBytes} bytes`,
    });
    chunks.push(chunk.subarray(0, got));
  }
}

const EFBIG = 27;

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
