import { type Arch, findSyscall, hostArch, openFlags } from '@standpipe/syscalls';
import { HEADER_SIZE, opCode, opField, operandKind, OP_SIZE } from './format.js';

/** The flags of open(2) that architectures number differently. What O_TMPFILE differs by is O_DIRECTORY. */
const different = ['DIRECTORY', 'NOFOLLOW', 'DIRECT', 'LARGEFILE'] as const;

/** Open flags of one architecture as another numbers them. */
export function translateOpenFlags(flags: bigint, from: Arch, to: Arch): bigint {
  const [own, other] = [openFlags(from), openFlags(to)];
  const all = different.reduce((bits, name) => bits | BigInt(own[name]), 0n);
  return different.reduce((bits, name) => ((flags & BigInt(own[name])) === 0n ? bits : bits | BigInt(other[name])), flags & ~all);
}

/**
 * Ops are planned with the open flags of the machine that plans them, where O_NOFOLLOW may be what another takes
 * for O_LARGEFILE. So in a program for another architecture they are put into its numbers: those that
 * openat takes and those in the open_how of openat2.
 */
export function retargetOpenFlags(view: DataView, opCount: number, dataStart: number, arch: Arch): void {
  const from = hostArch();
  if (from === arch) return;
  const [openat, openat2] = [findSyscall('openat', arch), findSyscall('openat2', arch)];
  const done = new Set<number>();
  for (let at = HEADER_SIZE; at < HEADER_SIZE + opCount * OP_SIZE; at += OP_SIZE) {
    if (view.getUint8(at + opField.code) !== opCode.syscall) continue;
    const number = view.getUint32(at + opField.number, true);
    const kind = (view.getUint32(at + opField.kinds, true) >>> 8) & 15;
    let place = at + opField.args + 16;
    if (number === openat2 && kind === operandKind.data) place = dataStart + view.getUint32(place, true);
    else if (number !== openat || kind !== operandKind.immediate) continue;
    // Two ops may use one open_how; one of zeros is not in the file.
    if (done.has(place) || place + 8 > view.byteLength) continue;
    done.add(place);
    view.setBigUint64(place, translateOpenFlags(view.getBigUint64(place, true), from, arch), true);
  }
}
