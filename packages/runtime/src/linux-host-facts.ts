import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { readLandlockAbi } from '@standpipe/landlock';
import { findSystemProgram } from '@standpipe/namespaces';
import type { HostFacts } from '@standpipe/runtime-api';

/** The facts of this machine and this process; with `asRoot` as if it were root's, for a program that root is to run. */
export function linuxHostFacts({ asRoot = false }: { readonly asRoot?: boolean } = {}): HostFacts {
  return {
    uid: asRoot ? 0 : (process.geteuid?.() ?? 0),
    gid: asRoot ? 0 : (process.getegid?.() ?? 0),
    env: process.env,
    readText(path) {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined;
      }
    },
    systemProgram: (name) => findSystemProgram(name),
    landlockAbi: () => readLandlockAbi(),
    isTerminal: (fd) => isatty(fd),
  };
}
