import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bundle, bundle, findProgram } from '@standpipe/test-support';
import type { Spec } from '@standpipe/oci-spec';
import { cgroupsOf, mountsBelow, processesOf } from './left.js';
import { until } from './detached.js';
import { type Config, specOf } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';
import { phrasesIn } from '../conformance/verbs/phrases.js';

export type RuntimeName = 'runc' | 'standpipe';

/** What a runtime answered to one call, or what was seen behind it: without all that differs between any two containers. */
export type Entry = Answer | { readonly seen: string; readonly value: unknown };

export interface Answer {
  /** The words that it was called with. */
  readonly call: string;
  readonly code: number | null;
  readonly stdout: string;
  /** Whether it wrote anything to standard error. */
  readonly complains: boolean;
  /** What clients would recognize of that. */
  readonly says: readonly string[];
  /** The same of each error in the file of --log. */
  readonly logged: readonly (readonly string[])[];
}

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Open files that it gets as fds 3 and up. */
  readonly fds?: readonly number[];
  /** Words that start it, such as `setsid`. */
  readonly by?: readonly string[];
  /** Another state root. */
  readonly root?: string;
  /** Words before the verb, instead of --root, --log and --log-format json. */
  readonly global?: readonly string[];
}

/** What to do with the answers' text for the record: the pids, times and so on of this case. */
export type Mask = (text: string) => string;

/** A place of its own for one runtime, in which a case is played; what happens goes on record. */
export class Stage {
  readonly runtime: RuntimeName;
  readonly id = freshId();
  /** Holds everything here: paths below it are the same length for every runtime. */
  readonly base: string;
  readonly root: string;
  readonly log: string;
  readonly entries: Entry[] = [];
  /** What a runtime said in full: for people who read a failure. */
  readonly transcript: string[] = [];
  readonly #bundle: Bundle;
  readonly #masks: Mask[] = [];
  #calls = 0;

  constructor(runtime: RuntimeName) {
    this.runtime = runtime;
    this.base = mkdtempSync(join(tmpdir(), 'standpipe-verbs-'));
    this.root = join(this.base, 'root');
    this.log = join(this.base, 'log');
    mkdirSync(this.root, { mode: 0o700 });
    this.#bundle = bundle({});
    this.configure();
  }

  get bundle(): string {
    return this.#bundle.path;
  }

  /** The words that run it. */
  get command(): readonly string[] {
    return this.runtime === 'standpipe' ? [process.execPath, standpipePath] : [findProgram('runc') ?? 'runc'];
  }

  /** In the root filesystem. */
  file(name: string): string {
    return join(this.#bundle.rootfs, name);
  }

  /** Writes the bundle's config: one that Debian 12's runc knows as well, with cgroups where they are found again. */
  configure(args: readonly string[] = ['sleep', '1000'], change: (config: Config) => void = () => undefined): void {
    this.#bundle.configure(
      specOf(args, (config) => {
        config.ociVersion = '1.0.2';
        config.linux!.cgroupsPath = `/${this.id}`;
        change(config);
      }) satisfies Spec,
    );
  }

  mask(mask: Mask): void {
    this.#masks.push(mask);
  }

  see(seen: string, value: unknown): void {
    this.entries.push({ seen, value: typeof value === 'string' ? this.#masked(value) : value });
  }

  /** Calls the runtime as clients do, and puts its answer on record. */
  async call(words: readonly string[], options: CallOptions = {}): Promise<Answer & { readonly stderr: string; readonly text: string }> {
    const { root = this.root, global = ['--root', root, '--log', this.log, '--log-format', 'json'] } = options;
    rmSync(this.log, { force: true });
    const { code, stdout, stderr } = await this.#spawn([...global, ...words], options);
    const logged = existsSync(this.log) ? errorsIn(readFileSync(this.log, 'utf8')) : [];
    this.transcript.push(`$ ${words.join(' ')}  -> ${String(code)}`, stdout, stderr);
    const answer: Answer = {
      call: this.#masked(words.join(' ')),
      code,
      stdout: this.#masked(stdout),
      complains: stderr !== '',
      says: phrasesIn(stderr),
      logged: logged.map(phrasesIn),
    };
    this.entries.push(answer);
    return { ...answer, stderr, text: stdout };
  }

  /** The same, off the record. */
  async quietly(words: readonly string[], options: CallOptions = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { global = [], root = this.root } = options;
    return this.#spawn(['--root', root, ...global, ...words], options);
  }

  /** A container keeps the standard streams, so they are files, and what ends is waited for. */
  async #spawn(words: readonly string[], options: CallOptions = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { cwd = this.base, env = process.env, input = '', fds = [], by = [] } = options;
    const [command = '', ...before] = [...by, ...this.command];
    this.#calls += 1;
    const names = ['stdin', 'stdout', 'stderr'].map((name) => join(this.base, `${name}-${String(this.#calls)}`));
    const [stdin = '', stdout = '', stderr = ''] = names;
    writeFileSync(stdin, input);
    const streams = [openSync(stdin, 'r'), openSync(stdout, 'w'), openSync(stderr, 'w')];
    try {
      const child = spawn(command, [...before, ...words], { cwd, env, stdio: [...streams, ...fds] });
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', resolve);
      });
      clearTimeout(timer);
      return { code, stdout: readFileSync(stdout, 'utf8'), stderr: readFileSync(stderr, 'utf8') };
    } finally {
      for (const fd of streams) closeSync(fd);
    }
  }

  #masked(text: string): string {
    const masks: Mask[] = [
      ...this.#masks,
      (all) => all.replaceAll(this.base, 'BASE').replaceAll(this.bundle, 'BUNDLE').replaceAll(this.id, 'ID'),
      (all) => all.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
      (all) => all.replaceAll(/"ociVersion":( ?)"[^"]*"/g, '"ociVersion":$1"VERSION"'),
    ];
    return masks.reduce((so, mask) => mask(so), text);
  }

  /** pid of the container's process, as `state` tells it. Masked from then on. */
  async pid(): Promise<number> {
    const { stdout } = await this.quietly(['state', this.id]);
    const { pid } = JSON.parse(stdout) as { pid: number };
    if (pid > 0) this.mask((text) => text.replaceAll(new RegExp(`\\b${String(pid)}\\b`, 'g'), 'PID'));
    return pid;
  }

  /** Puts on record what the container has come to. */
  async look(): Promise<void> {
    const { code, stdout } = await this.quietly(['state', this.id]);
    this.see('status', code === 0 ? (JSON.parse(stdout) as { status: string }).status : 'none');
    this.see('state directory', existsSync(join(this.root, this.id)));
    this.see('cgroups', cgroupsOf(this.id).length > 0);
    this.see('processes', processesOf(this.id).length > 0);
  }

  /** What there is of any container. */
  left(): readonly string[] {
    return [...readdirSync(this.root), ...cgroupsOf(this.id), ...processesOf(this.id)];
  }

  async created(): Promise<number> {
    const { code, stderr } = await this.quietly(['create', '--bundle', this.bundle, this.id]);
    if (code !== 0) throw new Error(`${this.runtime} create failed: ${stderr}`);
    return this.pid();
  }

  async running(): Promise<number> {
    const pid = await this.created();
    const { code, stderr } = await this.quietly(['start', this.id]);
    if (code !== 0) throw new Error(`${this.runtime} start failed: ${stderr}`);
    return pid;
  }

  async paused(): Promise<number> {
    const pid = await this.running();
    const { code, stderr } = await this.quietly(['pause', this.id]);
    if (code !== 0) throw new Error(`${this.runtime} pause failed: ${stderr}`);
    return pid;
  }

  async stopped(): Promise<number> {
    const pid = await this.running();
    await this.quietly(['kill', this.id, 'KILL']);
    // runc counts a process that nobody has waited for.
    await until(() => !existsSync(`/proc/${String(pid)}`), `somebody waits for ${String(pid)}`);
    return pid;
  }

  /** Removes it all; throws when the runtime has left anything. */
  async close(): Promise<void> {
    try {
      for (const id of readdirSync(this.root)) await this.quietly(['delete', '--force', id]);
      const deadline = Date.now() + 10_000;
      while (processesOf(this.id).length > 0 && Date.now() < deadline) await sleep(10);
      const left = [...this.left(), ...mountsBelow(this.base), ...mountsBelow(this.bundle)];
      if (left.length > 0) throw new Error(`${this.runtime} left ${left.join(', ')}`);
    } finally {
      this.#bundle[Symbol.dispose]();
      rmSync(this.base, { recursive: true, force: true });
    }
  }
}

export async function ended(pid: number): Promise<void> {
  await until(() => !existsSync(`/proc/${String(pid)}/exe`), `the end of ${String(pid)}`);
}

/** One JSON object a line, with what clients read of it. */
function errorsIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: string; msg: string; time: string })
    .filter(({ level, time }) => (level === 'error' || level === 'fatal') && !Number.isNaN(Date.parse(time)))
    .map(({ msg }) => msg);
}
