import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { decodeFilter, type Instruction, operators, type ProfileRule, RET, type SeccompProfile } from '../src/index.js';

const actions: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: RET.KILL_THREAD,
  SCMP_ACT_KILL_THREAD: RET.KILL_THREAD,
  SCMP_ACT_KILL_PROCESS: RET.KILL_PROCESS,
  SCMP_ACT_TRAP: RET.TRAP,
  SCMP_ACT_ERRNO: RET.ERRNO,
  SCMP_ACT_TRACE: RET.TRACE,
  SCMP_ACT_LOG: RET.LOG,
  SCMP_ACT_ALLOW: RET.ALLOW,
};
const archTokens: Readonly<Record<string, number>> = { SCMP_ARCH_X86: 0x4000_0003, SCMP_ARCH_X32: 0x4000_003e };
const EEXIST = -17;

interface Library {
  readonly init: (action: number) => unknown;
  readonly addArch: (context: unknown, arch: number) => number;
  readonly resolve: (name: string) => number;
  readonly addRule: (context: unknown, action: number, syscall: number, count: number, args: Uint8Array) => number;
  readonly exportBpf: (context: unknown, fd: number) => number;
  readonly load: (context: unknown) => number;
  readonly release: (context: unknown) => void;
}

let library: Library | undefined;

/** The library that all other runtimes use, or undefined where it isn't installed. */
export function openLibseccomp(): Library | undefined {
  if (library !== undefined) return library;
  try {
    const lib = koffi.load('libseccomp.so.2');
    library = {
      init: lib.func('seccomp_init', 'void *', ['uint32_t']),
      addArch: lib.func('seccomp_arch_add', 'int', ['void *', 'uint32_t']),
      resolve: lib.func('seccomp_syscall_resolve_name', 'int', ['str']),
      addRule: lib.func('seccomp_rule_add_array', 'int', ['void *', 'uint32_t', 'int', 'uint32_t', 'void *']),
      exportBpf: lib.func('seccomp_export_bpf', 'int', ['void *', 'int']),
      load: lib.func('seccomp_load', 'int', ['void *']),
      release: lib.func('seccomp_release', 'void', ['void *']),
    };
  } catch {
    // Not installed.
  }
  return library;
}

const valueOf = (action: string, errnoRet = 1): number =>
  (actions[action] ?? 0) + (action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE' ? errnoRet : 0);

/** What libseccomp has of a profile, told to it as runc and crun do; with the context, to be released. */
export function toldLibseccomp(lib: Library, profile: SeccompProfile): unknown {
  const byDefault = valueOf(profile.defaultAction, profile.defaultErrnoRet);
  const context = lib.init(byDefault);
  for (const arch of profile.architectures ?? []) {
    const token = archTokens[arch];
    if (token !== undefined) lib.addArch(context, token);
  }
  for (const { names, action, errnoRet, args = [] } of profile.syscalls ?? []) {
    const value = valueOf(action, errnoRet);
    if (value === byDefault) continue;
    for (const name of names) {
      const syscall = lib.resolve(name);
      if (syscall === -1) continue;
      const separate = new Set(args.map(({ index }) => index)).size < args.length;
      for (const group of separate ? args.map((arg) => [arg]) : [args]) {
        const result = lib.addRule(context, value, syscall, group.length, structsOf(group));
        if (result !== 0 && result !== EEXIST) throw new Error(`seccomp_rule_add ${name}: ${String(result)}`);
      }
    }
  }
  return context;
}

/** The filter that libseccomp makes of a profile. */
export function compiledByLibseccomp(lib: Library, profile: SeccompProfile): Instruction[] {
  const context = toldLibseccomp(lib, profile);
  const directory = mkdtempSync(join(tmpdir(), 'standpipe-bpf-'));
  try {
    const fd = openSync(join(directory, 'bpf'), 'w');
    if (lib.exportBpf(context, fd) !== 0) throw new Error('seccomp_export_bpf failed');
    closeSync(fd);
    return decodeFilter(readFileSync(join(directory, 'bpf')));
  } finally {
    lib.release(context);
    rmSync(directory, { recursive: true });
  }
}

/** An array of struct scmp_arg_cmp. */
function structsOf(args: NonNullable<ProfileRule['args']>): Uint8Array {
  const bytes = new Uint8Array(Math.max(1, args.length) * 24);
  const view = new DataView(bytes.buffer);
  for (const [i, { index, op, value, valueTwo = 0 }] of args.entries()) {
    view.setUint32(i * 24, index, true);
    view.setUint32(i * 24 + 4, operators.indexOf(op) + 1, true);
    view.setBigUint64(i * 24 + 8, BigInt(value), true);
    view.setBigUint64(i * 24 + 16, BigInt(valueTwo), true);
  }
  return bytes;
}
