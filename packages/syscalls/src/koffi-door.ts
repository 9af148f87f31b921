import { createRequire } from 'node:module';
import { noNativeDoor } from './errors.js';
import type { NativeDoor } from './marshal.js';

/** The little of koffi that is used. Its own types would tie our declarations to its package. */
interface Koffi {
  load(path: string | null): { func(name: string, result: string, args: string[]): NativeDoor['call'] };
  address: (buffer: Uint8Array) => bigint;
  errno(): number;
}

/**
 * libc's syscall(2) through koffi. All words are declared `int64` and pointers are passed as addresses:
 * that is faster than koffi's pointer types, and buffers are used in place with no copy.
 *
 * errno is C's own, read by the next native call; no JavaScript but the comparison with -1 runs between the two.
 */
export function openKoffiDoor(load: () => unknown = loadKoffi): NativeDoor {
  let koffi: Koffi;
  try {
    koffi = load() as Koffi;
  } catch (cause) {
    throw noNativeDoor(cause);
  }
  const call = koffi.load(null).func('syscall', 'int64', ['int64', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64']);
  return { call, address: koffi.address, errno: () => koffi.errno() };
}

/**
 * The compiled part of koffi where it is known to lie, or else koffi. Its JavaScript only finds that part (reading
 * node's own ELF header on the way) and wraps what is deprecated: two thirds of its load time, on the way of every command.
 */
function loadKoffi(): unknown {
  const require = createRequire(import.meta.url);
  if (process.arch === 'x64' || process.arch === 'arm64') {
    try {
      return require(`@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`);
    } catch {
      // Not hoisted to where we can see it, laid out another way, or for another libc: koffi knows.
    }
  }
  return require('koffi');
}
