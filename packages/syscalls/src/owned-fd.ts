import { readdirSync, readlinkSync } from 'node:fs';
import { close } from './calls/fd.js';
import { fdClosed } from './errors.js';
import type { SyscallPort } from './port.js';

/**
 * A file descriptor and the duty to close it.
 *
 * ```ts
 * using root = new OwnedFd(port, openat(port, AT.FDCWD, '/', O.PATH | O.CLOEXEC));
 * ```
 *
 * Closing twice does nothing the second time: by then the number may be someone else's. Nothing is
 * closed by the garbage collector: a fd that was handed on as a number would go at a random moment.
 */
export class OwnedFd implements Disposable {
  readonly #port: SyscallPort;
  #fd: number | undefined;

  constructor(port: SyscallPort, fd: number) {
    this.#port = port;
    this.#fd = fd;
  }

  /** The number. Throws once closed or released. */
  get fd(): number {
    if (this.#fd === undefined) throw fdClosed();
    return this.#fd;
  }

  get closed(): boolean {
    return this.#fd === undefined;
  }

  /** Gives the number away: whoever takes it closes it. */
  release(): number {
    const fd = this.fd;
    this.#fd = undefined;
    return fd;
  }

  close(): void {
    if (this.#fd === undefined) return;
    // Forgotten first: even a close that fails has closed.
    const fd = this.release();
    close(this.#port, fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The fds this process has open and what each is (`/etc/passwd`, `socket:[123]`), without the one used to look. */
export function openFds(): Map<number, string> {
  const fds = new Map<number, string>();
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      fds.set(Number(name), readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      // The fd of readdir itself, closed by now.
    }
  }
  return fds;
}
