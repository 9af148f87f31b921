import { createRequire } from 'node:module';
import { noNativeDoor } from './errors.js';
import type { NativeDoor, Word } from './marshal.js';

interface BunFfi {
  dlopen(
    path: string,
    symbols: Record<string, { args: string[]; returns: string }>,
  ): { symbols: { syscall: NativeDoor['call']; __errno_location(): number } };
  ptr(buffer: Uint8Array): number;
  read: { i32(address: number, offset: number): number };
}

/** libc's syscall(2) through bun:ffi. */
export function openBunDoor(): NativeDoor {
  const ffi = createRequire(import.meta.url)('bun:ffi') as BunFfi;
  const word = 'i64_fast';
  const functions = {
    syscall: { args: [word, word, word, word, word, word, word], returns: word },
    __errno_location: { args: [], returns: 'ptr' },
  };
  const { symbols } = dlopenFirst((path) => ffi.dlopen(path, functions), ['libc.so.6', 'libc.so']);
  // One for each thread, and a port never leaves the thread that opened it: asked once, so that
  // nothing runs between a call and the reading of its errno.
  const errnoAddress = symbols.__errno_location();
  return {
    call: symbols.syscall,
    address: (buffer): Word => (buffer.byteLength === 0 ? 0 : ffi.ptr(buffer)),
    errno: () => ffi.read.i32(errnoAddress, 0),
  };
}

function dlopenFirst<T>(open: (path: string) => T, paths: readonly string[]): T {
  const failures: unknown[] = [];
  for (const path of paths) {
    try {
      return open(path);
    } catch (error) {
      failures.push(error);
    }
  }
  throw noNativeDoor(failures[0]);
}
