import { AT, O, STATX } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  closeFd,
  compute,
  format,
  here,
  label,
  load,
  type Op,
  raise,
  type Reg,
  reg,
  statxField,
  store,
  sys,
  words,
} from '@standpipe/program';
import { stateFile } from './files.js';

/** What is known of the container when its program is made. */
export interface RecordInput {
  readonly id: string;
  readonly ociVersion: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** The host half stays with the container and removes its state in the end. */
  readonly foreground: boolean;
  /** The bundle's config, to be kept as `config.json`; what the bundle has by then may be another. */
  readonly config?: string | undefined;
}

/** What `creating.json` and `state.json` hold. */
export interface StateRecord {
  readonly ociVersion: string;
  readonly id: string;
  readonly bundle: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly foreground: boolean;
  /** /proc/sys/kernel/random/boot_id: pids mean nothing after a reboot. */
  readonly bootId: string;
  readonly pid: number;
  /** Inode of the process's pidfd: on pidfs (kernel 6.9) no other process of this boot ever has it. */
  readonly pidfdInode: string;
  /** CLOCK_BOOTTIME when the process was known to live: what bears its pid and began later is another. */
  readonly aliveAt: { readonly seconds: number; readonly nanoseconds: number };
}

const CLOCK_BOOTTIME = 7;
export const BOOT_ID_PATH = '/proc/sys/kernel/random/boot_id';
const BOOT_ID_LENGTH = 36;
const IOV_LENGTH = 8;

/**
 * Writes the record. The container's pid is known to the program alone, so the text is put together
 * by ops: what the plan knows, the boot's id, and the numbers, in one writev(2).
 */
export function planRecord(input: RecordInput, regs: { dir: Reg; pid: Reg; pidfd: Reg }): Op[] {
  const { id, ociVersion, bundle, annotations = {}, foreground, config } = input;
  const say = `record the state of container "${id}"`;
  const known = { ociVersion, id, bundle, annotations, foreground };
  const head = Buffer.from(`${JSON.stringify(known).slice(0, -1)},"bootId":"`);

  const bootId = buf('boot id', BOOT_ID_LENGTH);
  const stat = buf('statx', 256);
  const clock = buf('timespec', 16);
  const tail = buf('record tail', 256);
  const pieces = words('record pieces', [head, head.length, bootId, BOOT_ID_LENGTH, tail, 0]);
  const [file, inode, seconds, nanoseconds, length, written] = [
    reg('record'),
    reg('pidfd inode'),
    reg('seconds'),
    reg('nanoseconds'),
    reg('length'),
    reg('written'),
  ];
  const whole = label('whole record');
  return [
    ...(config === undefined ? [] : planConfigCopy(config, regs.dir, id)),
    sys('openat', [AT.FDCWD, BOOT_ID_PATH, O.RDONLY | O.CLOEXEC], { to: file, say }),
    sys('read', [file, bootId, BOOT_ID_LENGTH], { say }),
    closeFd(file),
    sys('statx', [regs.pidfd, '', AT.EMPTY_PATH, STATX.INO, stat], { say }),
    load(at(stat, statxField.ino.offset), statxField.ino.size, inode),
    sys('clock_gettime', [CLOCK_BOOTTIME, clock], { say }),
    load(clock, 8, seconds),
    load(at(clock, 8), 8, nanoseconds),
    format(
      tail,
      ['","pid":', regs.pid, ',"pidfdInode":"', inode, '","aliveAt":{"seconds":', seconds, ',"nanoseconds":', nanoseconds, '}}\n'],
      length,
    ),
    store(at(pieces, 4 * 8 + IOV_LENGTH), 8, length),
    sys('openat', [regs.dir, stateFile.creating, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC, 0o600], { to: file, say }),
    sys('writev', [file, pieces, 3], { to: written, say }),
    compute(length, length, '+', head.length + BOOT_ID_LENGTH),
    branch(written, '==', length, whole),
    raise(`${say}: it was written in part only`),
    here(whole),
    closeFd(file),
  ];
}

function planConfigCopy(config: string, dir: Reg, id: string): Op[] {
  const bytes = Buffer.from(config);
  const say = `keep a copy of the config of container "${id}"`;
  const file = reg('config copy');
  const written = reg('written');
  const whole = label('whole config');
  return [
    sys('openat', [dir, stateFile.config, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC, 0o600], { to: file, say }),
    sys('write', [file, bytes, bytes.length], { to: written, say }),
    branch(written, '==', bytes.length, whole),
    raise(`${say}: it was written in part only`),
    here(whole),
    closeFd(file),
  ];
}
