import { openBunDoor } from './bun-door.js';
import { openKoffiDoor } from './koffi-door.js';
import { NativePort } from './native-port.js';
import type { SyscallPort } from './port.js';

let port: SyscallPort | undefined;

/**
 * The port to the kernel below. Loads the native library (koffi under Node, bun:ffi under Bun) when first
 * called, not before; every later call gives the same port. One for each thread: a Worker opens its own.
 */
export function openPort(): SyscallPort {
  return (port ??= new NativePort('bun' in process.versions ? openBunDoor() : openKoffiDoor()));
}
