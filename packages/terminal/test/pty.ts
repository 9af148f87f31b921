import { closeSync, readSync, writeSync } from 'node:fs';
import { AT, check, O, openPort, syscallNumber } from '@standpipe/syscalls';
import { TTY } from '../src/ioctl.js';

/** The user's terminal, played by a test. */
export class Pty implements Disposable {
  readonly master: number;
  readonly peer: number;
  #output = '';
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(rows = 24, columns = 80, { read = true } = {}) {
    this.master = call('openat', AT.FDCWD, '/dev/ptmx', O.RDWR | O.NOCTTY | O.CLOEXEC | O.NONBLOCK);
    call('ioctl', this.master, TTY.TIOCSPTLCK, new Uint8Array(4));
    this.peer = call('ioctl', this.master, TTY.TIOCGPTPEER, O.RDWR | O.NOCTTY | O.CLOEXEC);
    this.resize(rows, columns);
    this.#timer = read
      ? setInterval(() => {
          this.#read();
        }, 2)
      : undefined;
  }

  #read(): void {
    const bytes = Buffer.alloc(65536);
    for (;;) {
      try {
        const count = readSync(this.master, bytes);
        if (count === 0) return;
        this.#output += bytes.toString('latin1', 0, count);
      } catch {
        return;
      }
    }
  }

  get output(): string {
    this.#read();
    return this.#output;
  }

  type(text: string): void {
    writeSync(this.master, text);
  }

  resize(rows: number, columns: number): void {
    call('ioctl', this.master, TTY.TIOCSWINSZ, new Uint8Array(new Uint16Array([rows, columns, 0, 0]).buffer));
  }

  /** The termios of the terminal's user side. */
  termios(): string {
    const bytes = new Uint8Array(36);
    call('ioctl', this.peer, TTY.TCGETS, bytes);
    return Buffer.from(bytes).toString('hex');
  }

  /** Waits until the output matches. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (let i = 0; i < 1000; i++) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`no ${String(pattern)} in ${JSON.stringify(this.output.slice(-2000))}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    closeSync(this.peer);
    closeSync(this.master);
  }
}

function call(name: Parameters<typeof syscallNumber>[0], ...args: (number | string | Uint8Array)[]): number {
  return check(openPort().syscall(syscallNumber(name), ...args), { syscall: name, args });
}
