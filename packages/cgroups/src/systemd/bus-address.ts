import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressUnusable, noUserBus } from './errors.js';

/** `system`, or the address of a user's bus: `unix:path=/run/user/1000/bus`. */
export type BusName = string;

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';

/** The bus of this user's systemd. @throws NotSupportedError when nothing tells where it is */
export function userBus({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime }: Environment): BusName {
  if (address !== undefined && address !== '') return address;
  if (runtime === undefined || runtime === '') throw noUserBus();
  return `unix:path=${join(runtime, 'bus')}`;
}

/** The socket of a bus; begins with a NUL where it is no file. @throws NotSupportedError for a bus that has none */
export function socketOf(bus: BusName, env: Environment): string {
  return socketPath(bus === 'system' ? (env['DBUS_SYSTEM_BUS_ADDRESS'] ?? SYSTEM_BUS) : bus, env);
}

/** The first unix socket of an address. @see https://dbus.freedesktop.org/doc/dbus-specification.html#addresses */
function socketPath(address: string, { XDG_RUNTIME_DIR: runtime }: Environment): string {
  for (const one of address.split(';')) {
    const [transport, list = ''] = one.split(/:(.*)/s);
    const keys = new Map(list.split(',').map((pair) => pair.split(/=(.*)/s).map(unescaped) as [string, string | undefined]));
    if (transport !== 'unix') continue;
    const [path, name] = [keys.get('path'), keys.get('abstract')];
    if (path !== undefined) return path;
    if (name !== undefined) return `\0${name}`;
    if (keys.get('runtime') === 'yes' && runtime !== undefined) return join(runtime, 'bus');
  }
  throw addressUnusable(address);
}

function unescaped(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Who this process is to those outside of its user namespace, whom it must tell the bus its name. */
export function outerUid(uid: number, uidMap = readFileSync('/proc/self/uid_map', 'utf8')): number {
  for (const line of uidMap.trim().split('\n')) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (uid >= inside && uid < inside + count) return outside + uid - inside;
  }
  return uid;
}
