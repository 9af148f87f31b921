import { once } from 'node:events';
import { Socket } from 'node:net';
import * as native from '@homebridge/dbus-native';
import { outerUid } from './bus-address.js';
import { busGone, busUnreachable, noAnswer, type Refusal, refused } from './errors.js';
import type { Variant } from './property.js';

/** What the library's own types leave out. */
interface Native {
  createClient: (options: { stream: Socket; authMethods: readonly string[]; ReturnLongjs: true }) => {
    connection: NodeJS.EventEmitter;
    invoke: (message: object, answer: (this: void, refusal: Refusal | null | undefined, ...values: unknown[]) => void) => void;
  };
}
const { createClient } = native as unknown as Native;

export interface MethodCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface Signal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

const SIGNAL = 4;

/** A connection to a message bus. Integers of 64 bits are bigints; variants are `[signature, value]` when sent, a `Variant` when received. */
export class Bus implements Disposable {
  readonly #path: string;
  readonly #socket: Socket;
  readonly #client: ReturnType<Native['createClient']>;
  readonly #listeners = new Set<(signal: Signal) => void>();
  readonly #pending = new Set<(error: Error) => void>();
  #closed: Error | undefined;

  private constructor(socket: Socket, path: string) {
    this.#path = path;
    this.#socket = socket;
    this.#client = createClient({ stream: socket, authMethods: ['EXTERNAL'], ReturnLongjs: true });
    const { connection } = this.#client;
    connection.on('error', (error) => {
      this.#fail(busUnreachable(path, error));
    });
    connection.on('end', () => {
      this.#fail(busGone(path));
    });
    socket.on('close', () => {
      this.#fail(busGone(path));
    });
    connection.on('message', (message: Signal & { readonly type: number }) => {
      if (message.type !== SIGNAL) return;
      for (const listen of this.#listeners) listen({ ...message, body: received(message.body ?? []) as unknown[] });
    });
  }

  /**
   * @param path of its socket; begins with a NUL where it is no file
   * @throws PlumbingError `SYSTEMD_UNREACHABLE`
   */
  static async connect(path: string): Promise<Bus> {
    const socket = authentic(new Socket());
    try {
      socket.connect(path);
      await once(socket, 'connect');
    } catch (error) {
      socket.destroy();
      throw busUnreachable(path, error);
    }
    return new Bus(socket, path);
  }

  /**
   * Calls a method, and gives what it returns.
   *
   * @param what is attempted, as an error begins
   * @throws PlumbingError `SYSTEMD_REFUSED`, `SYSTEMD_UNREACHABLE`, `SYSTEMD_TIMEOUT`
   */
  async call(what: string, message: MethodCall, timeoutMs: number): Promise<unknown[]> {
    const { promise, resolve, reject } = withResolvers<unknown[]>();
    if (this.#closed !== undefined) throw this.#closed;
    const timer = setTimeout(() => {
      reject(noAnswer(what, timeoutMs));
    }, timeoutMs);
    this.#pending.add(reject);
    try {
      this.#client.invoke({ ...message, body: sent(message.body) }, (refusal, ...values) => {
        if (refusal === null || refusal === undefined) resolve(received(values) as unknown[]);
        else reject(refused(what, refusal));
      });
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(reject);
    }
  }

  onSignal(listen: (signal: Signal) => void): void {
    this.#listeners.add(listen);
  }

  /** Rejects when the connection ends. */
  onFailure(reject: (error: Error) => void): void {
    if (this.#closed === undefined) this.#pending.add(reject);
    else reject(this.#closed);
  }

  [Symbol.dispose](): void {
    this.#fail(busGone(this.#path));
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    this.#closed ??= error;
    for (const reject of this.#pending) reject(this.#closed);
    this.#pending.clear();
  }
}

/** Has it say who it is to those outside of its user namespace: the library names the uid inside, and the bus is outside. */
function authentic(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  const uid = outerUid(process.getuid?.() ?? 0);
  const said = `AUTH EXTERNAL ${Buffer.from(String(uid)).toString('hex')}\r\n`;
  const override = (text: unknown, ...rest: readonly unknown[]): boolean =>
    write(typeof text === 'string' && text.startsWith('AUTH EXTERNAL ') ? said : text, ...rest);
  return Object.assign(socket, { write: override });
}

/** The library takes integers beyond 2^53 as text. */
function sent(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return Array.isArray(value) ? value.map(sent) : value;
}

interface Long {
  readonly unsigned: boolean;
  toString(): string;
}

interface Tree {
  readonly type: string;
  readonly child: readonly Tree[];
}

function received(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return Buffer.isBuffer(value) ? [...value] : value;
  if (!Array.isArray(value)) return BigInt((value as Long).toString());
  if (!isVariant(value)) return value.map(received);
  const [[tree], [of]] = value;
  return { signature: signatureOf(tree), value: received(of) } satisfies Variant;
}

function isVariant(value: readonly unknown[]): value is readonly [readonly [Tree], readonly [unknown]] {
  const [trees, values] = value;
  const isTree = Array.isArray(trees) && trees.length === 1 && Array.isArray((trees[0] as Partial<Tree> | undefined)?.child);
  return value.length === 2 && isTree && Array.isArray(values) && values.length === 1;
}

const ends: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

function signatureOf({ type, child }: Tree): string {
  return `${type}${child.map(signatureOf).join('')}${ends[type] ?? ''}`;
}

/** Promise.withResolvers, which Node 20 lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let [resolve, reject]: [(value: T) => void, (error: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}
