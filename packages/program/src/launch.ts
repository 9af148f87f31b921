import { AT, check, errnoNumber, execveat, F, MFD, openPort, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { joinExecutable } from './elf.js';
import { encode } from './encode.js';
import { hostInitArch, initId, initImage } from './init-image.js';
import type { Program } from './link.js';

/** No one may write to it, or make it shorter or longer, or take a seal off. F_SEAL_EXEC came with 6.3 and guards no content. */
export const EXECUTABLE_SEALS: number = F.SEAL_SEAL | F.SEAL_SHRINK | F.SEAL_GROW | F.SEAL_WRITE | F.SEAL_FUTURE_WRITE;

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
  let fd = create(MFD.CLOEXEC | MFD.ALLOW_SEALING | MFD.EXEC);
  if (fd === -(errnoNumber('EINVAL') ?? 0)) fd = create(MFD.CLOEXEC | MFD.ALLOW_SEALING);
  check(fd, { syscall: 'memfd_create', args: ['standpipe-init'] });
  try {
    for (let written = 0; written < executable.length;) {
      written += check(port.syscall(syscallNumber('write'), fd, executable.subarray(written), executable.length - written), {
        syscall: 'write',
      });
    }
    check(port.syscall(syscallNumber('fcntl'), fd, F.ADD_SEALS, EXECUTABLE_SEALS), { syscall: 'fcntl', args: ['F_ADD_SEALS'] });
  } catch (error) {
    port.syscall(syscallNumber('close'), fd);
    throw error;
  }
  return fd;
}

/**
 * Calls `use` with a path by which a child of this process can execute the program, sealed: for Node's `spawn` and `spawnSync`. The path is good
 * until `use` has come back, and `spawn` comes back once the child has opened it.
 */
export function withSealedProgram<T>(program: Program, use: (path: string) => T): T {
  const port = openPort();
  const fd = sealedExecutable(port, executableOf(program));
  try {
    return use(`/proc/self/fd/${String(fd)}`);
  } finally {
    port.syscall(syscallNumber('close'), fd);
  }
}

/**
 * Becomes standpipe-init running `program`: this process, Node or Bun and all of its threads, is
 * replaced. Returns only by throwing.
 *
 * Signal dispositions set to "ignore", the signal mask and O_NONBLOCK on inherited stdio survive
 * execve(2); a program that cares resets them in its first ops (see `prologue`). Of its file
 * descriptors the program keeps the standard streams and `preserveFds` from 3 up.
 */
export function becomeProgram(
  program: Program,
  settings: { port?: SyscallPort; env?: readonly string[]; preserveFds?: number } = {},
): never {
  const port = settings.port ?? openPort();
  const fd = sealedExecutable(port, executableOf(program));
  // Where one of these is not open, the executable may have its number, and must not be inherited.
  const inherit = Array.from({ length: 3 + (settings.preserveFds ?? 0) }, (_, kept) => kept).filter((kept) => kept !== fd);
  const call = { dirfd: fd, path: '', argv: ['standpipe-init'], envp: settings.env ?? [], flags: AT.EMPTY_PATH };
  const failed = execveat(port, { ...call, inherit });
  port.syscall(syscallNumber('close'), fd);
  check(failed, { syscall: 'execveat', args: [fd, call.path, call.argv, call.envp, call.flags] });
  throw new Error('execveat returned without an error');
}
