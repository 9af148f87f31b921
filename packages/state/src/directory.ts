import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { syscallFailed, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { malformedState } from './errors.js';
import { LOCK, stateFile } from './files.js';
import type { StateRecord } from './record.js';

const EAGAIN = -11;
/** What open(2) says of a link that is not to be followed, and of a socket. */
const NO_FILE = ['ELOOP', 'ENXIO'];

/** A container's directory held open: whatever its name comes to mean, these are its files. */
export class StateDirectory implements Disposable {
  readonly id: string;
  readonly fd: number;

  private constructor(id: string, fd: number) {
    this.id = id;
    this.fd = fd;
  }

  /** Undefined when there is none. `rootFd` is of a directory that nobody else may write to. */
  static open(rootFd: number, id: string): StateDirectory | undefined {
    try {
      return new StateDirectory(
        id,
        openSync(`/proc/self/fd/${String(rootFd)}/${id}`, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW),
      );
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
      throw error;
    }
  }

  path(file: string): string {
    return `/proc/self/fd/${String(this.fd)}/${file}`;
  }

  entries(): string[] {
    return readdirSync(`/proc/self/fd/${String(this.fd)}`);
  }

  has(file: string): boolean {
    return statSync(this.path(file), { throwIfNoEntry: false }) !== undefined;
  }

  /** A file's text, or undefined when there is none. */
  read(file: string): string | undefined {
    try {
      const fd = openSync(this.path(file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        return readFileSync(fd, 'utf8');
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** False once it was removed, though it is still open here. */
  isLinked(): boolean {
    return fstatSync(this.fd).nlink > 0;
  }

  /** Takes the lock, without waiting. It goes with the fd. */
  tryLock(port: SyscallPort, kind: 'shared' | 'exclusive'): boolean {
    const result = port.syscall(syscallNumber('flock', port.arch), this.fd, (kind === 'shared' ? LOCK.SH : LOCK.EX) | LOCK.NB);
    if (result < 0 && result !== EAGAIN) throw syscallFailed(result, { syscall: 'flock', args: [this.fd, kind] });
    return result >= 0;
  }

  unlock(port: SyscallPort): void {
    port.syscall(syscallNumber('flock', port.arch), this.fd, LOCK.UN);
  }

  /** The published record, or the one of a container that is being set up, half written as it may be. */
  readRecord(): { record: StateRecord; published: boolean; writtenAt: Date; uid: number } | undefined {
    for (const [name, published] of [
      [stateFile.state, true],
      [stateFile.creating, false],
    ] as const) {
      let fd: number;
      try {
        fd = openSync(this.path(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') continue;
        if (NO_FILE.includes(code)) throw malformedState(this.id, 'it is no plain file');
        throw error;
      }
      try {
        const stat = fstatSync(fd);
        if (!stat.isFile()) throw malformedState(this.id, 'it is no plain file');
        const { mtime, uid } = stat;
        const record = parseRecord(readFileSync(fd, 'utf8'), this.id);
        if (typeof record === 'object') return { record, published, writtenAt: mtime, uid };
        if (published) throw malformedState(this.id, record);
      } finally {
        closeSync(fd);
      }
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** The record, or what is wrong with it. */
function parseRecord(text: string, id: string): StateRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'it is not an object';
  const record = value as Partial<Record<keyof StateRecord, unknown>>;
  const aliveAt = record.aliveAt as Partial<StateRecord['aliveAt']> | null | undefined;
  const whole =
    record.id === id &&
    typeof record.ociVersion === 'string' &&
    typeof record.bundle === 'string' &&
    typeof record.annotations === 'object' &&
    record.annotations !== null &&
    typeof record.foreground === 'boolean' &&
    typeof record.bootId === 'string' &&
    typeof record.pidfdInode === 'string' &&
    Number.isSafeInteger(record.pid) &&
    Number(record.pid) > 0 &&
    Number.isSafeInteger(aliveAt?.seconds) &&
    Number.isSafeInteger(aliveAt?.nanoseconds);
  return whole ? (value as StateRecord) : 'a member is missing or of the wrong type';
}
