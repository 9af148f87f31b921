import { check, execveat, openPort, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { joinExecutable } from './elf.js';
import { encode } from './encode.js';
import { hostInitArch, initId, initImage } from './init-image.js';
import type { Program } from './link.js';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_EXEC = 0x10;
const F_SETFD = 2;
const F_ADD_SEALS = 1033;
const ALL_SEALS = 0x1f; // SEAL, SHRINK, GROW, WRITE, FUTURE_WRITE
const AT_EMPTY_PATH = 0x1000;
const EINVAL = -22;

/** One executable that is standpipe-init with this program inside, for the given or this architecture. */
export function executableOf(program: Program, settings: { arch?: 'x64' | 'arm64'; notes?: Uint8Array } = {}): Uint8Array {
  const arch = settings.arch ?? hostInitArch();
  return joinExecutable(initImage(arch), encode(program, { arch, initId, notes: settings.notes }));
}

/**
 * Puts an executable into a memfd and seals it, so that no one, root in a container included, can
 * write to what runs. Returns the fd (close-on-exec).
 *
 * @man memfd_create(2)
 * @kernel 3.17; MFD_EXEC is passed from 6.3 on
 */
export function sealedExecutable(port: SyscallPort, executable: Uint8Array): number {
  const create = (flags: number): number => port.syscall(syscallNumber('memfd_create'), 'standpipe-init', flags);
  let fd = create(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (fd === EINVAL) fd = create(MFD_CLOEXEC | MFD_ALLOW_SEALING);
  check(fd, { syscall: 'memfd_create', args: ['standpipe-init'] });
  try {
    for (let written = 0; written < executable.length; ) {
      written += check(port.syscall(syscallNumber('write'), fd, executable.subarray(written), executable.length - written), { syscall: 'write' });
    }
    check(port.syscall(syscallNumber('fcntl'), fd, F_ADD_SEALS, ALL_SEALS), { syscall: 'fcntl', args: ['F_ADD_SEALS'] });
  } catch (error) {
    port.syscall(syscallNumber('close'), fd);
    throw error;
  }
  return fd;
}

/**
 * Becomes standpipe-init running `program`: this process, Node or Bun and all of its threads, is
 * replaced. Returns only by throwing.
 *
 * Signal dispositions set to "ignore", the signal mask and O_NONBLOCK on inherited stdio survive
 * execve(2); a program that cares resets them in its first ops (see `prologue`). Of its file
 * descriptors the program keeps the standard streams and `preserveFds` from 3 up.
 */
export function becomeProgram(program: Program, settings: { port?: SyscallPort; env?: readonly string[]; preserveFds?: number } = {}): never {
  const port = settings.port ?? openPort();
  // Node marks every fd that it inherits close-on-exec, the standard streams included.
  for (let kept = 0; kept < 3 + (settings.preserveFds ?? 0); kept++) port.syscall(syscallNumber('fcntl'), kept, F_SETFD, 0);
  const fd = sealedExecutable(port, executableOf(program));
  const failed = execveat(port, { dirfd: fd, path: '', argv: ['standpipe-init'], envp: settings.env ?? [], flags: AT_EMPTY_PATH });
  port.syscall(syscallNumber('close'), fd);
  check(failed, { syscall: 'execveat', args: [fd, '', ['standpipe-init'], 'AT_EMPTY_PATH'] });
  throw new Error('execveat returned without an error');
}
