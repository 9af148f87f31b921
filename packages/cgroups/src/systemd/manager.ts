import { lstatSync } from 'node:fs';
import { PlumbingError } from '@standpipe/errors';
import type { Bus, MethodCall } from './bus.js';
import { type BusName, socketOf } from './bus-address.js';
import { isRefusal, jobFailed, noAnswer, systemdNotRunning } from './errors.js';
import type { UnitProperty, Variant } from './property.js';

const MANAGER = 'org.freedesktop.systemd1.Manager';
const TIMEOUT_MS = 30_000;

export interface SystemdSettings {
  /** Whose systemd it is: `system`, or the address of a user's bus. */
  readonly bus?: BusName | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** How long a method, or a job, may take. */
  readonly timeoutMs?: number | undefined;
}

interface Job {
  readonly done: (result: string) => void;
}

/** systemd, as its D-Bus interface has it. @man org.freedesktop.systemd1(5) */
export class Systemd implements Disposable {
  readonly #bus: Bus;
  readonly #timeoutMs: number;
  readonly #jobs = new Map<string, Job>();
  /** Results of jobs that nobody waits for yet: a job may be over before its number is told. */
  readonly #results = new Map<string, string>();
  #subscribed: Promise<unknown> | undefined;
  #version: Promise<number> | undefined;

  private constructor(bus: Bus, timeoutMs: number) {
    this.#bus = bus;
    this.#timeoutMs = timeoutMs;
    bus.onSignal(({ interface: name, member, body: [, path, , result] }) => {
      if (name !== MANAGER || member !== 'JobRemoved') return;
      const job = this.#jobs.get(String(path));
      if (job === undefined) this.#results.set(String(path), String(result));
      else job.done(String(result));
    });
  }

  /**
   * Connects to systemd over a bus. Loads the D-Bus library.
   *
   * @throws NotSupportedError when systemd isn't what runs here
   * @throws PlumbingError `SYSTEMD_UNREACHABLE`
   */
  static async connect({ bus = 'system', env = process.env, timeoutMs = TIMEOUT_MS }: SystemdSettings = {}): Promise<Systemd> {
    if (lstatSync('/run/systemd/system', { throwIfNoEntry: false })?.isDirectory() !== true && isUsual(bus, env)) throw systemdNotRunning();
    const { Bus: Connection } = await import('./bus.js');
    return new Systemd(await Connection.connect(socketOf(bus, env)), timeoutMs);
  }

  /** `252`. */
  async version(): Promise<number> {
    this.#version ??= this.#get('ask for its version', '/org/freedesktop/systemd1', MANAGER, 'Version').then(({ value }) =>
      Number(/\d+/.exec(String(value))?.[0] ?? 0),
    );
    return this.#version;
  }

  /**
   * Starts a unit that no file describes, and waits until it runs. What a failed unit of that name left is cleared, and so is what is left when it fails.
   *
   * @throws PlumbingError `SYSTEMD_REFUSED`, `SYSTEMD_JOB_FAILED`, `SYSTEMD_TIMEOUT`
   */
  async startTransientUnit(unit: string, properties: readonly UnitProperty[]): Promise<void> {
    const what = `make the unit ${JSON.stringify(unit)}`;
    const body = [unit, 'fail', wire(properties), []];
    const start = async (): Promise<void> => this.#job(what, { member: 'StartTransientUnit', signature: 'ssa(sv)a(sa(sv))', body });
    try {
      await start();
    } catch (error) {
      const exists = isRefusal(error, 'UnitExists');
      if (exists || isFailedJob(error)) await this.resetFailed(unit);
      if (!exists) throw error;
      await start();
    }
  }

  /** Stops a unit, with the processes that are in it, and forgets that it failed if it did. One that is gone is no failure. */
  async stopUnit(unit: string): Promise<void> {
    try {
      await this.#job(`stop the unit ${JSON.stringify(unit)}`, { member: 'StopUnit', signature: 'ss', body: [unit, 'replace'] });
    } catch (error) {
      if (!isRefusal(error, 'NoSuchUnit')) throw error;
    }
    await this.resetFailed(unit);
  }

  /** A unit that failed is kept until someone has seen it, and its name is taken until then. */
  async resetFailed(unit: string): Promise<void> {
    try {
      const what = `reset the unit ${JSON.stringify(unit)}`;
      await this.#manager(what, { member: 'ResetFailedUnit', signature: 's', body: [unit] });
    } catch (error) {
      if (!isRefusal(error, 'NoSuchUnit')) throw error;
    }
  }

  /** Sets properties until the unit ends or the machine does. All or none. */
  async setProperties(unit: string, properties: readonly UnitProperty[]): Promise<void> {
    if (properties.length === 0) return;
    const what = `set the properties of the unit ${JSON.stringify(unit)}`;
    await this.#manager(what, { member: 'SetUnitProperties', signature: 'sba(sv)', body: [unit, true, wire(properties)] });
  }

  /** A property of a unit. Undefined when there is no such unit. */
  async unitProperty(unit: string, name: string, of: 'Unit' | 'Scope'): Promise<Variant | undefined> {
    const what = `ask for ${name} of the unit ${JSON.stringify(unit)}`;
    try {
      const [path] = await this.#manager(what, { member: 'GetUnit', signature: 's', body: [unit] });
      return await this.#get(what, String(path), `org.freedesktop.systemd1.${of}`, name);
    } catch (error) {
      if (isRefusal(error, 'NoSuchUnit') || isRefusal(error, 'UnknownObject')) return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#bus[Symbol.dispose]();
  }

  async #get(what: string, path: string, name: string, property: string): Promise<Variant> {
    const [value] = await this.#call(what, {
      path,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [name, property],
    });
    return value as Variant;
  }

  /** Calls a method that starts a job, and waits for its end. */
  async #job(what: string, call: Pick<MethodCall, 'member' | 'signature' | 'body'>): Promise<void> {
    await this.#subscribe();
    const [path] = await this.#manager(what, call);
    const result = await this.#resultOf(String(path), what);
    if (result !== 'done') throw jobFailed(what, result);
  }

  async #resultOf(job: string, what: string): Promise<string> {
    const known = this.#results.get(job);
    if (known !== undefined) return known;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((done, reject) => {
        this.#jobs.set(job, { done });
        this.#bus.onFailure(reject);
        timer = setTimeout(() => {
          reject(noAnswer(what, this.#timeoutMs));
        }, this.#timeoutMs);
      });
    } finally {
      clearTimeout(timer);
      this.#jobs.delete(job);
    }
  }

  /** systemd signals only to those who ask for it, and the bus passes on only what matches. */
  async #subscribe(): Promise<void> {
    this.#subscribed ??= (async () => {
      const rule = `type='signal',interface='${MANAGER}',member='JobRemoved'`;
      const bus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };
      await this.#bus.call('listen to systemd', { ...bus, member: 'AddMatch', signature: 's', body: [rule] }, this.#timeoutMs);
      await this.#manager('listen to systemd', { member: 'Subscribe' });
    })();
    await this.#subscribed;
  }

  async #manager(what: string, call: Pick<MethodCall, 'member' | 'signature' | 'body'>): Promise<unknown[]> {
    return this.#call(what, { path: '/org/freedesktop/systemd1', interface: MANAGER, ...call });
  }

  async #call(what: string, call: Omit<MethodCall, 'destination'>): Promise<unknown[]> {
    return this.#bus.call(what, { destination: 'org.freedesktop.systemd1', ...call }, this.#timeoutMs);
  }
}

function isFailedJob(error: unknown): boolean {
  return PlumbingError.is(error) && error.code === 'SYSTEMD_JOB_FAILED';
}

/** Someone who names a bus by its address knows that it is there. */
function isUsual(bus: BusName, env: NonNullable<SystemdSettings['env']>): boolean {
  return bus === 'system' && env['DBUS_SYSTEM_BUS_ADDRESS'] === undefined;
}

function wire(properties: readonly UnitProperty[]): unknown[] {
  return properties.map(({ name, signature, value }) => [name, [signature, value]]);
}

/** Whether an error says that systemd can't be had, and not that it refused. */
export function isUnreachable(error: unknown): boolean {
  return PlumbingError.is(error) && (error.code === 'SYSTEMD_UNREACHABLE' || error.code === 'NOT_SUPPORTED');
}
