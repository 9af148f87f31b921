import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { findSystemProgram } from '@standpipe/namespaces';
import type { HostFacts } from '@standpipe/runtime-api';

/** The facts of this machine and this process. */
export function linuxHostFacts(): HostFacts {
  return {
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    env: process.env,
    readText(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    systemProgram: (name) => findSystemProgram(name),
    isTerminal: (fd) => isatty(fd),
  };
}
