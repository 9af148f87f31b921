// Run by launch.linux.test.ts: becomes a program that tells what it has become. Arguments: how many fds to keep, or `write`.
import { writeSync } from 'node:fs';
import { AT, O } from '@standpipe/syscalls';
import { becomeProgram, branch, buf, compute, ENVP, format, here, label, type Op, reg, set, sys, words } from '@standpipe/program';
import { programOfOps } from '@standpipe/program/testing';
import { print, programOf } from './sections.js';

const [argument = '0'] = process.argv.slice(2);

/** Lists which of the fds from 3 to 9 are open. */
function listFds(): Op[] {
  const [fd, open, next, closed] = [reg('fd'), reg('open'), label('next fd'), label('closed')];
  const [text, length] = [buf('text', 8), reg('length')];
  return [
    set(fd, 3),
    here(next),
    sys('fcntl', [fd, 1, 0], { to: open, unless: { errno: ['EBADF'], goto: closed } }),
    format(text, [fd, ' '], length),
    sys('write', [1, text, length]),
    here(closed),
    compute(fd, fd, '+', 1),
    branch(fd, '<', 10, next),
  ];
}

if (argument === 'write') {
  becomeProgram(programOfOps([sys('openat', [AT.FDCWD, '/proc/self/exe', O.RDWR, 0], { say: 'open the running init' })]));
}
if (argument !== '0') {
  becomeProgram(programOf(listFds(), [sys('exit_group', [0])]), { preserveFds: Number(argument) });
}
const [pid, text, length] = [reg('pid'), buf('text', 256), reg('length')];
const script = 'cat; exit 7';
writeSync(1, `${process.pid}\n`);
becomeProgram(
  programOfOps([
    sys('getpid', [], { to: pid }),
    format(text, [pid, '\n'], length),
    sys('write', [1, text, length]),
    sys('readlinkat', [AT.FDCWD, '/proc/self/exe', text, 255], { to: length }),
    sys('write', [1, text, length]),
    print('\n'),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), ENVP], { say: 'execute the shell' }),
  ]),
  { env: ['PATH=/usr/bin:/bin'] },
);
