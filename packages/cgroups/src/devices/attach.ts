import { SyscallError } from '@standpipe/errors';
import { OwnedFd, type SyscallPort } from '@standpipe/syscalls';
import {
  attachAttr,
  BPF,
  detachAttr,
  INFO_NAME,
  INFO_SIZE,
  infoAttr,
  loadAttr,
  MAX_PROGRAMS,
  PROGRAM_NAME,
  QUERY_COUNT,
  queryAttr,
} from './bpf-attr.js';
import { bpf, tryBpf } from './bpf-call.js';
import { deviceProgramRefused } from './errors.js';
import type { DeviceProgram } from './program.js';

const VERIFIER_LOG_SIZE = 256 * 1024;
const look = 'look at the device rules of the cgroup';
/** How often a load is tried that signals interrupt. */
const ATTEMPTS = 30;

/**
 * Attaches a program to a cgroup v2 in place of the one that was attached so before: in one step, or before Linux 5.6 with both in force
 * between two. Programs of others stay; a use must be allowed by all of them, and by those of the cgroups above.
 *
 * @man bpf(2)
 * @kernel 4.15
 * @cap CAP_SYS_ADMIN
 * @errno EPERM also, before Linux 5.11, for more locked memory than RLIMIT_MEMLOCK allows
 * @throws SyscallError with `details.verifierLog` when the kernel refuses the program
 */
export function attachDevices(port: SyscallPort, cgroupFd: number, program: DeviceProgram): void {
  using loaded = loadProgram(port, program.instructions);
  const before = attachedPrograms(port, cgroupFd);
  try {
    const [only] = before;
    if (before.length === 1 && only !== undefined && replaceProgram(port, cgroupFd, { by: loaded.fd, replaced: only.fd })) return;
    bpf(port, BPF.PROG_ATTACH, attachAttr(cgroupFd, loaded.fd), 'attach the device rules to the cgroup');
    for (const { fd } of before) bpf(port, BPF.PROG_DETACH, detachAttr(cgroupFd, fd), 'detach the device rules of before');
  } finally {
    for (const owned of before) owned.close();
  }
}

function loadProgram(port: SyscallPort, instructions: Uint8Array): OwnedFd {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return new OwnedFd(port, bpf(port, BPF.PROG_LOAD, loadAttr(instructions), 'load the device rules into the kernel').result);
    } catch (error) {
      if (!SyscallError.is(error)) throw error;
      if (error.code === 'EAGAIN' && left > 0) continue;
      throw deviceProgramRefused(error, verifierLog(port, instructions));
    }
  }
}

/** What the verifier writes when it is given the program once more. */
function verifierLog(port: SyscallPort, instructions: Uint8Array): string {
  const { result, pointed } = tryBpf(port, BPF.PROG_LOAD, loadAttr(instructions, new Uint8Array(VERIFIER_LOG_SIZE)));
  if (result >= 0) new OwnedFd(port, result).close();
  return textOf(pointed.at(-1));
}

/** Gives false where this kernel can't replace. */
function replaceProgram(port: SyscallPort, cgroupFd: number, { by, replaced }: { by: number; replaced: number }): boolean {
  try {
    bpf(port, BPF.PROG_ATTACH, attachAttr(cgroupFd, by, replaced), 'replace the device rules of the cgroup');
    return true;
  } catch (error) {
    if (SyscallError.is(error) && error.code === 'EINVAL') return false;
    throw error;
  }
}

/** Gives undefined for a program that is gone by now, or that a security module keeps to somebody else. */
function openProgram(port: SyscallPort, id: number): OwnedFd | undefined {
  try {
    return new OwnedFd(port, bpf(port, BPF.PROG_GET_FD_BY_ID, [BigInt(id)], look).result);
  } catch (error) {
    if (SyscallError.is(error) && ['ENOENT', 'EACCES', 'EPERM'].includes(error.code)) return undefined;
    throw error;
  }
}

/** The programs on the cgroup itself that are ours. */
function attachedPrograms(port: SyscallPort, cgroupFd: number): OwnedFd[] {
  const { attr, pointed } = bpf(port, BPF.PROG_QUERY, queryAttr(cgroupFd, new Uint8Array(4 * MAX_PROGRAMS)), look);
  const count = viewOf(attr).getUint32(QUERY_COUNT, true);
  const ours: OwnedFd[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const id = viewOf(pointed[0]).getUint32(4 * index, true);
      using owned = openProgram(port, id);
      if (owned === undefined) continue;
      const info = bpf(port, BPF.OBJ_GET_INFO_BY_FD, infoAttr(owned.fd, new Uint8Array(INFO_SIZE)), look).pointed[0];
      if (textOf(info?.subarray(INFO_NAME)) === PROGRAM_NAME) ours.push(new OwnedFd(port, owned.release()));
    }
    return ours;
  } catch (error) {
    for (const owned of ours) owned.close();
    throw error;
  }
}

function viewOf(bytes: Uint8Array = new Uint8Array()): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
