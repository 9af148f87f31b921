import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { check, openPort, OwnedFd, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { readIfThere, writeValue } from './files.js';
import { parseFlatKeyed } from './stats/count.js';

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Counts how often a v1 cgroup ran out of memory, from now on: an eventfd is registered in cgroup.event_control. Where that can't be
 * (it takes write permission) memory.oom_control is looked at, which misses what came and went between two looks and killed nothing.
 *
 * The eventfd is read without waiting for it: a read that waits would hold a thread of Node's pool, and process.exit() with it.
 *
 * @man eventfd(2)
 */
export class OomCounter {
  readonly #directory: string;
  readonly #notifications: { readonly port: SyscallPort; readonly eventfd: OwnedFd } | undefined;
  #oom = 0;
  #underOom = false;
  #kills: number | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#notifications = register(directory);
  }

  look(): { oom: number; oomKill: number } {
    const control = parseFlatKeyed(readIfThere(join(this.#directory, 'memory.oom_control')));
    const kills = Number(control['oom_kill'] ?? 0);
    const underOom = control['under_oom'] === 1;
    if (this.#notifications !== undefined) this.#oom += this.#read(this.#notifications);
    else if (underOom && !this.#underOom) this.#oom++;
    else this.#oom += Math.max(0, kills - (this.#kills ?? kills));
    this.#underOom = underOom;
    this.#kills = kills;
    return { oom: this.#oom, oomKill: kills };
  }

  close(): void {
    this.#notifications?.eventfd.close();
  }

  #read({ port, eventfd }: { port: SyscallPort; eventfd: OwnedFd }): number {
    const count = new Uint8Array(8);
    const read = port.syscall(syscallNumber('read', port.arch), eventfd.fd, count, count.byteLength);
    return read === count.byteLength ? Number(new DataView(count.buffer).getBigUint64(0, littleEndian)) : 0;
  }
}

function register(directory: string): { port: SyscallPort; eventfd: OwnedFd } | undefined {
  const port = openPort();
  const args = [0, EFD_CLOEXEC | EFD_NONBLOCK] as const;
  const eventfd = new OwnedFd(port, check(port.syscall(syscallNumber('eventfd2', port.arch), ...args), { syscall: 'eventfd2', args }));
  try {
    const control = openSync(join(directory, 'memory.oom_control'), 'r');
    try {
      writeValue(join(directory, 'cgroup.event_control'), `${String(eventfd.fd)} ${String(control)}`);
    } finally {
      // The registration lasts until the eventfd is closed or the cgroup is gone.
      closeSync(control);
    }
    return { port, eventfd };
  } catch {
    eventfd.close();
    return undefined;
  }
}
