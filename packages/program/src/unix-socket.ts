import { AF, SOCK } from '@standpipe/syscalls';
import { type Op, type OpNotes, sys } from './op.js';
import type { Reg } from './operand.js';

const SUN_PATH_SIZE = 108;

/** The longest path that a socket can have, in bytes. */
export const SOCKET_PATH_MAX: number = SUN_PATH_SIZE - 1;

/** Whether an address can hold the path. */
export function isSocketPath(path: string): boolean {
  const length = Buffer.byteLength(path);
  return length > 0 && length <= SOCKET_PATH_MAX && !path.includes('\0');
}

/** Connects a new stream socket, close-on-exec, to a path for which `isSocketPath` holds. @man unix(7) */
export function connectSocket(path: string, to: Reg, notes: OpNotes): Op[] {
  const address = new Uint8Array(2 + SUN_PATH_SIZE);
  new DataView(address.buffer).setUint16(0, AF.UNIX, true);
  address.set(Buffer.from(path), 2);
  return [sys('socket', [AF.UNIX, SOCK.STREAM | SOCK.CLOEXEC, 0], { to, ...notes }), sys('connect', [to, address, address.length], notes)];
}
