import { AT, F, MFD } from '@standpipe/syscalls';
import { PROGRAM_SEGMENT, SEGMENT_SIZE, segmentField, TEXT_SEGMENT } from './elf.js';
import { INIT_VADDR, PROGRAM_VADDR } from './format.js';
import { EXECUTABLE_SEALS } from './launch.js';
import { branch, here, jump, label, load, type Op, raise, store, sys } from './op.js';
import { ARGV, at, buf, ENVP, reg } from './operand.js';

/**
 * The very first ops of a program that may be started from a file on disk: moves to a sealed memfd, so
 * that no one, root in a container included, can write to what runs. The file on disk would be within
 * reach as /proc/self/exe (CVE-2019-5736). Arguments and environment stay as they are.
 *
 * What is copied is init's own memory. The kernel mapped all of the file there, and these being the first ops it is
 * as it was; so there is no path to trust, no /proc to verify, and what goes on is for sure what ran before.
 * The copy differs in one byte, by which it knows that it is sealed: nobody can talk it out of that or into it,
 * as they could with an argument or a variable.
 *
 * @man memfd_create(2), fcntl(2)
 * @kernel 3.17; MFD_EXEC is passed from 6.3 on
 * @errno EACCES sysctl vm.memfd_noexec is 2
 */
export function sealSelf(): Op[] {
  const say = 'copy the executable out of reach';
  // With content, if only a zero: so it lies in the file, and in the copy.
  const mark = buf('sealed', 1, new Uint8Array(1));
  const headers = buf('ELF headers', PROGRAM_SEGMENT + SEGMENT_SIZE);
  const [sealed, memfd, size, offset, written] = [reg('sealed'), reg('memfd'), reg('size'), reg('offset'), reg('written')];
  const [done, old, made, short] = [label('sealed'), label('before MFD_EXEC'), label('memfd made'), label('short write')];
  const flags = MFD.CLOEXEC | MFD.ALLOW_SEALING;
  return [
    load(mark, 1, sealed),
    branch(sealed, '==', 1, done),
    sys('memfd_create', ['standpipe-init', flags | MFD.EXEC], { to: memfd, unless: { errno: ['EINVAL'], goto: old }, say }),
    jump(made),
    here(old),
    sys('memfd_create', ['standpipe-init', flags], { to: memfd, say }),
    here(made),
    store(mark, 1, 1),
    // By way of the memfd, since loads reach the data alone.
    sys('pwrite64', [memfd, INIT_VADDR, headers.size, 0], { say }),
    sys('pread64', [memfd, headers, headers.size, 0], { say }),
    load(at(headers, TEXT_SEGMENT + segmentField.fileSize), 8, size),
    sys('pwrite64', [memfd, INIT_VADDR, size, 0], { to: written, say }),
    branch(written, '!=', size, short),
    load(at(headers, PROGRAM_SEGMENT + segmentField.fileSize), 8, size),
    load(at(headers, PROGRAM_SEGMENT + segmentField.offset), 8, offset),
    sys('pwrite64', [memfd, PROGRAM_VADDR, size, offset], { to: written, say }),
    branch(written, '!=', size, short),
    sys('fcntl', [memfd, F.ADD_SEALS, EXECUTABLE_SEALS], { say }),
    sys('execveat', [memfd, '', ARGV, ENVP, AT.EMPTY_PATH], { say: 'execute the copy of the executable' }),
    here(short),
    raise(`${say}: no room`),
    here(done),
  ];
}
