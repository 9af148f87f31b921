/**
 * Programs of system calls as data.
 *
 * A program is a list of ops: a system call with its arguments, what to do when it fails, and a few
 * ops that are none (branch, load, store, format …). `link` resolves its labels and undo chains,
 * `encode` makes bytes, and standpipe-init, a few KiB of freestanding C, checks and runs them:
 *
 *     const root = reg('root');
 *     const ops = [
 *       sys('openat', [AT.FDCWD, '/srv', O.PATH, 0], { to: root, say: 'open "/srv"' }),
 *       ...makeInRoot(root, 'data/cache', reg('cache'), { kind: 'directory', say: 'make "data/cache"' }),
 *     ];
 *     const program = link({ sections: [section('main', label('main'), ops, [sys('exit_group', [0])], origin)] });
 *     disassemble(program);                          // what it would do, as strace prints it
 *     becomeProgram(program);                        // this process does it, and is JavaScript no more
 *     writeFile('app', executableOf(program));       // or an executable that does it by itself
 *
 * @packageDocumentation
 */
export { ARGV, at, type Buf, buf, type BufRef, ENVP, ERRNO, FAILED, type Operand, type Reg, reg, type Word, words } from './operand.js';
export {
  branch,
  compute,
  format,
  here,
  jump,
  type Label,
  label,
  load,
  type Op,
  type OpNotes,
  raise,
  set,
  store,
  sys,
  undo,
  type Unless,
} from './op.js';
export {
  type Fragment,
  link,
  type LinkedOp,
  type LinkedSection,
  type Origin,
  type Program,
  type ProgramSource,
  section,
  type Section,
} from './link.js';
export { encode, type EncodeSettings } from './encode.js';
export { checkProgram, type CheckSettings } from './check.js';
export { decode, type DecodedOp, type DecodedOperand, type DecodedProgram } from './decode.js';
export type { NamedBuffer, Names } from './names.js';
export { disassemble, type DisassembleSettings, notesOf } from './disassemble.js';
export { type JsonOp, type JsonOperand, type JsonProgram, programToJson } from './program-json.js';
export { joinExecutable, programOfExecutable } from './elf.js';
export { hostInitArch, type InitArch, initId, initImage } from './init-image.js';
export { executeCommand } from './execute.js';
export { type Probe, probeOps, type TriedProbe } from './probe.js';
export { type Attempt, tryOps } from './try-ops.js';
export { becomeProgram, executableOf, sealedExecutable, withSealedProgram } from './launch.js';
export {
  createInRoot,
  makeInRoot,
  type MakeInRootSettings,
  openInRoot,
  type OpenInRootSettings,
  resolveInRoot,
  type ResolveInRootSettings,
} from './paths.js';
export { branchUnlessInode, expectInode, type InodeExpectation, statxField } from './inode.js';
export { closeFd, closeFrom, fillStandardStreams } from './fds.js';
export { expectFilesystem } from './filesystem.js';
export { openHostProc, openPrivateProc, openProcessFile, openProcFile, writeProcessFile } from './procfs.js';
export { receiveFd, sendFd } from './scm-rights.js';
export { connectSocket, isSocketPath, SOCKET_PATH_MAX } from './unix-socket.js';
export { resetSignals } from './signals.js';
export { prologue, type PrologueSettings } from './prologue.js';
export { sealSelf } from './seal-self.js';
