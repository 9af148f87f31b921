import { createRequire } from 'node:module';
import { noNativeDoor } from './errors.js';
import type { NativeDoor } from './marshal.js';

/** The little of koffi that is used. Its own types would tie our declarations to its package. */
interface Koffi {
  load(path: string | null): { func(name: string, result: string, args: string[]): NativeDoor['call'] };
  address(buffer: Uint8Array): bigint;
  errno(): number;
}

/**
 * libc's syscall(2) through koffi. All words are declared `int64` and pointers are passed as addresses:
 * that is faster than koffi's pointer types, and buffers are used in place with no copy.
 */
export function openKoffiDoor(): NativeDoor {
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch (cause) {
    throw noNativeDoor(cause);
  }
  const call = koffi.load(null).func('syscall', 'int64', ['int64', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64']);
  return { call, address: koffi.address, errno: () => koffi.errno() };
}
