import { check } from '../failed-call.js';
import { syscallNumber } from '../numbers.js';
import type { SyscallPort } from '../port.js';

/**
 * Makes a socket. SOCK.CLOEXEC is not implied.
 *
 * @man socket(2)
 * @errno EAFNOSUPPORT the kernel was built without this family
 */
export function socket(port: SyscallPort, domain: number, type: number, protocol: number): number {
  const args = [domain, type, protocol] as const;
  return check(port.syscall(syscallNumber('socket', port.arch), ...args), { syscall: 'socket', args });
}

/**
 * Gives a socket its address: a sockaddr in this machine's byte order.
 *
 * @man bind(2)
 */
export function bind(port: SyscallPort, fd: number, address: Uint8Array): void {
  const args = [fd, address, address.byteLength] as const;
  check(port.syscall(syscallNumber('bind', port.arch), ...args), { syscall: 'bind', args });
}

/**
 * Says whom a socket talks to. EINTR is handed out: the connection may be made meanwhile.
 *
 * @man connect(2)
 */
export function connect(port: SyscallPort, fd: number, address: Uint8Array): void {
  const args = [fd, address, address.byteLength] as const;
  check(port.syscall(syscallNumber('connect', port.arch), ...args), { syscall: 'connect', args });
}

/** Sets an option that is an int. @man setsockopt(2) */
export function setsockopt(port: SyscallPort, fd: number, level: number, name: number, value: number): void {
  const bytes = new Uint8Array(new Int32Array([value]).buffer);
  const args = [fd, level, name, bytes, bytes.byteLength] as const;
  check(port.syscall(syscallNumber('setsockopt', port.arch), ...args), { syscall: 'setsockopt', args });
}

/**
 * Sends a message, to whom the socket is connected or to `address`. Gives how much was taken: of a datagram all.
 *
 * @man sendto(2)
 * @errno EPIPE nobody reads any more; without MSG.NOSIGNAL a SIGPIPE comes with it
 */
export function sendto(port: SyscallPort, fd: number, message: Uint8Array, flags: number, address?: Uint8Array): number {
  const args = [fd, message, message.byteLength, flags, address ?? null, address?.byteLength ?? 0] as const;
  return check(port.syscall(syscallNumber('sendto', port.arch), ...args), { syscall: 'sendto', args });
}

/**
 * Receives a message into `buffer`, and into `address`, if given, whom it is from. Gives its length: with MSG.TRUNC the
 * real one, though no more is there than fits. JavaScript stands still until one comes, unless MSG.DONTWAIT says otherwise.
 *
 * @man recvfrom(2)
 * @errno EAGAIN nothing is there, with MSG.DONTWAIT
 * @errno ENOBUFS netlink(7): messages were dropped, for nobody read them in time
 */
export function recvfrom(port: SyscallPort, fd: number, buffer: Uint8Array, flags: number, address?: Uint8Array): number {
  const size = address === undefined ? null : new Uint8Array(new Uint32Array([address.byteLength]).buffer);
  const args = [fd, buffer, buffer.byteLength, flags, address ?? null, size] as const;
  return check(port.syscall(syscallNumber('recvfrom', port.arch), ...args), { syscall: 'recvfrom', args });
}
