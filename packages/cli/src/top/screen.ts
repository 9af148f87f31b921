import { kill, pid } from 'node:process';
import type { ReadStream, WriteStream } from 'node:tty';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K';
const REST_OF_SCREEN = '\x1b[J';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_Z = '\x1a';

const deadly = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** What a screen tells. */
export interface ScreenEvents {
  /** A key, as the terminal sends it. */
  readonly key: (key: string) => void;
  /** Its user wants no more of it: Ctrl-C, Ctrl-D, or the terminal is gone. */
  readonly quit: () => void;
  /** It has another size, or is to be seen again. */
  readonly redraw: () => void;
}

/**
 * The whole terminal, until it is disposed of: then it shows again what it showed before. So it does when a signal ends or stops
 * this process, or when that ends in another way.
 */
export class Screen implements Disposable {
  readonly #output: WriteStream;
  readonly #input: ReadStream | undefined;
  readonly #events: ScreenEvents;
  readonly #listeners: readonly (() => void)[];
  #shown = false;

  constructor(output: WriteStream, input: ReadStream | undefined, events: ScreenEvents) {
    this.#output = output;
    this.#input = input;
    this.#events = events;
    const { quit, redraw } = events;
    this.#listeners = [
      ...deadly.map((signal) => this.#onSignal(signal, () => this.#dieOf(signal))),
      this.#onSignal('SIGTSTP', () => this.#stop()),
      this.#onSignal('SIGCONT', () => {
        this.#show();
        redraw();
      }),
    ];
    process.on('exit', this.#hide);
    output.on('resize', redraw);
    // Never taken off: when the terminal is gone, the very last write fails too.
    output.on('error', quit);
    input?.on('data', this.#read);
    input?.on('end', quit);
    this.#show();
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  draw(lines: readonly string[]): void {
    if (!this.#shown) return;
    const seen = lines.slice(0, this.rows).map((line) => `${line}${END_OF_LINE}`);
    this.#output.write(`${HOME}${seen.join('\r\n')}${REST_OF_SCREEN}`);
  }

  [Symbol.dispose](): void {
    this.#hide();
    for (const off of this.#listeners) off();
    process.off('exit', this.#hide);
    this.#output.off('resize', this.#events.redraw);
    this.#input?.off('data', this.#read);
    this.#input?.off('end', this.#events.quit);
    this.#input?.pause();
  }

  #onSignal(signal: NodeJS.Signals, act: () => void): () => void {
    process.on(signal, act);
    return () => void process.off(signal, act);
  }

  readonly #read = (chunk: Buffer): void => {
    const key = chunk.toString('latin1');
    if (key === CTRL_Z) this.#stop();
    else if (key === CTRL_C || key === CTRL_D) this.#events.quit();
    else this.#events.key(key);
  };

  #show(): void {
    if (this.#shown) return;
    this.#shown = true;
    this.#input?.setRawMode(true);
    this.#output.write(ENTER);
  }

  readonly #hide = (): void => {
    if (!this.#shown) return;
    this.#shown = false;
    this.#output.write(LEAVE);
    this.#input?.setRawMode(false);
  };

  /** Ends as it would have without us. */
  #dieOf(signal: NodeJS.Signals): void {
    this[Symbol.dispose]();
    kill(pid, signal);
  }

  /** SIGCONT comes when it goes on. SIGSTOP has no listener that it could be kept from. */
  #stop(): void {
    this.#hide();
    kill(pid, 'SIGSTOP');
  }
}
