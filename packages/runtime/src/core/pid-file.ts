import { buf, format, type Op, type Reg, reg, sys, undo } from '@standpipe/program';
import { AT, O } from '@standpipe/syscalls';

/** Writes the container's pid, as the host sees it, to a file: whole or not at all. */
export function writePidFile(path: string, pid: Reg): Op[] {
  const temporary = `${path}.new`;
  const say = `write the pid file "${path}"`;
  const text = buf('pid text', 16);
  const length = reg('length');
  const file = reg('pid file');
  return [
    format(text, [pid], length),
    sys('openat', [AT.FDCWD, temporary, O.WRONLY | O.CREAT | O.TRUNC | O.CLOEXEC | O.NOFOLLOW, 0o644], { to: file, say }),
    sys('write', [file, text, length], { say }),
    sys('close', [file], { say }),
    sys('renameat', [AT.FDCWD, temporary, AT.FDCWD, path], { say }),
    undo([sys('unlinkat', [AT.FDCWD, path, 0])]),
  ];
}
