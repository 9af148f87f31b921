import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

interface Message {
  readonly type: number;
  readonly serial: number;
  readonly member: string;
  readonly body?: readonly unknown[];
}

const { marshall, unmarshalMessages } = require('@homebridge/dbus-native/lib/message.js') as {
  marshall(message: object): Buffer;
  unmarshalMessages(stream: Socket, each: (message: Message) => void, options: object): void;
};

const [REPLY, ERROR, SIGNAL] = [2, 3, 4];

/** A call that came, as its member's name and its arguments. 64-bit integers are text. */
export type Call = readonly [member: string, ...args: unknown[]];

/** What is answered to a method: values with their signature, an error, or nothing at all. */
export type Answer =
  | { readonly signature: string; readonly body: readonly unknown[] }
  | { readonly error: string; readonly text?: string }
  | 'silence';

export interface FakeBusSettings {
  readonly answers?: Readonly<Record<string, (args: readonly unknown[], bus: FakeBus) => Answer>>;
  /** What it says to AUTH; undefined: it takes everybody. */
  readonly auth?: string;
}

/** A message bus with a systemd behind it that does as it is told. */
export class FakeBus implements Disposable {
  readonly path: string;
  readonly calls: Call[] = [];
  /** What clients said to be let in. */
  readonly said: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #settings: FakeBusSettings;
  readonly #server = createServer((socket) => void this.#serve(socket));
  #serial = 1;
  #jobs = 0;

  private constructor(settings: FakeBusSettings) {
    this.path = join(tmpdir(), `standpipe-fake-bus-${String(process.pid)}-${String(Math.random()).slice(2)}`);
    this.#settings = settings;
  }

  static async start(settings: FakeBusSettings = {}): Promise<FakeBus> {
    const bus = new FakeBus(settings);
    bus.#server.listen(bus.path);
    await once(bus.#server, 'listening');
    return bus;
  }

  get address(): string {
    return `unix:path=${this.path}`;
  }

  /** Ends a job that it has told of. */
  removeJob(path: string, result: string): void {
    const signal = { path: '/org/freedesktop/systemd1', interface: 'org.freedesktop.systemd1.Manager', member: 'JobRemoved' };
    for (const socket of this.#sockets) {
      socket.write(marshall({ ...signal, type: SIGNAL, serial: this.#serial++, signature: 'uoss', body: [1, path, 'x.scope', result] }));
    }
  }

  /** The answer to a method that starts a job, which ends a moment later. */
  job(result: string): Answer {
    const path = `/org/freedesktop/systemd1/job/${String(++this.#jobs)}`;
    setImmediate(() => this.removeJob(path, result));
    return { signature: 'o', body: [path] };
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  [Symbol.dispose](): void {
    this.hangUp();
    this.#server.close();
    rmSync(this.path, { force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    for (let line = await readLine(socket); !line.startsWith('BEGIN'); line = await readLine(socket)) {
      this.said.push(line.replace('\0', ''));
      socket.write(`${this.#settings.auth ?? 'OK 0123456789abcdef0123456789abcdef'}\r\n`);
    }
    const answer = (message: Message): void => this.#answer(socket, message);
    unmarshalMessages(socket, answer, { ayBuffer: false, ReturnLongjs: true });
  }

  #answer(socket: Socket, { serial, member, body = [] }: Message): void {
    const args = plain(body) as unknown[];
    this.calls.push([member, ...args]);
    const answer = this.#settings.answers?.[member]?.(args, this) ?? this.#usual(member);
    if (answer === 'silence') return;
    const common = { serial: this.#serial++, replySerial: serial, sender: 'org.freedesktop.systemd1' };
    if ('error' in answer)
      socket.write(marshall({ ...common, type: ERROR, errorName: answer.error, signature: 's', body: [answer.text ?? ''] }));
    else socket.write(marshall({ ...common, type: REPLY, ...(answer.signature === '' ? {} : answer) }));
  }

  #usual(member: string): Answer {
    if (member === 'Hello') return { signature: 's', body: [':1.1'] };
    if (member === 'StartTransientUnit' || member === 'StopUnit') return this.job('done');
    if (member === 'GetUnit') return { signature: 'o', body: ['/org/freedesktop/systemd1/unit/x'] };
    if (member === 'Get') return { signature: 'v', body: [['s', '252.1']] };
    return { signature: '', body: [] };
  }
}

async function readLine(socket: Socket): Promise<string> {
  for (let line = ''; ;) {
    const byte = socket.read(1) as Buffer | null;
    if (byte === null) await once(socket, 'readable');
    else if (byte.toString('latin1') === '\n') return line.trimEnd();
    else line += byte.toString('latin1');
  }
}

/** Numbers of 64 bits as text, and variants as a pair of type and value. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return (value as { toString(): string }).toString();
  const [trees, values] = value as unknown[];
  if (Array.isArray(trees) && isTree(trees[0]) && Array.isArray(values)) return [signatureOf(trees[0]), plain(values[0])];
  return value.map(plain);
}

interface Tree {
  readonly type: string;
  readonly child: readonly Tree[];
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && 'child' in value;
}

function signatureOf({ type, child }: Tree): string {
  return `${type}${child.map(signatureOf).join('')}${{ '(': ')', '{': '}' }[type] ?? ''}`;
}
