import {
  at,
  branch,
  buf,
  closeFd,
  compute,
  here,
  jump,
  label,
  type Label,
  type Op,
  raise,
  type Reg,
  reg,
  store,
  sys,
  words,
} from '@standpipe/program';
import { errnoNumber } from '@standpipe/syscalls';
import { ATTR_SIZE, attachAttr, attrField, BPF, loadAttr } from './bpf-attr.js';
import type { DeviceProgram } from './program.js';

const EAGAIN = -(errnoNumber('EAGAIN') ?? 0);
const RLIMIT_MEMLOCK = 8;
const RLIM_INFINITY = -1;

/**
 * Plans to load a program and attach it to a cgroup that was made for it, held open as `cgroup`. What is attached already, there or above,
 * stays, and restricts as well.
 *
 * A failure is an error, unless the program allows everything.
 *
 * @man bpf(2)
 * @kernel 4.15
 * @cap CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN, in the initial user namespace
 */
export function planAttachDevices(program: DeviceProgram, cgroup: Reg): Op[] {
  const fd = reg('device program');
  const { pointer } = program;
  const done = label('device program attached');
  const attr = words('bpf_attr', attachAttr(0, 0));
  const say = 'attach the device rules to the cgroup';
  // What allows everything restricts nothing when it is not there.
  const unless = program.allowsAll ? ({ errno: 'any' } as const) : undefined;
  return [
    ...planLoad(program, fd, done),
    store(at(attr, attrField.targetFd), 4, cgroup),
    store(at(attr, attrField.programFd), 4, fd),
    sys('bpf', [BPF.PROG_ATTACH, attr, attr.size], { say, pointer, unless }),
    closeFd(fd),
    here(done),
  ];
}

/**
 * Before Linux 5.11 programs count as locked memory, all of a user's together, and beyond the limit loading is EPERM: then once more
 * without the limit, which is put back, for the container would inherit it.
 */
function planLoad(program: DeviceProgram, fd: Reg, done: Label): Op[] {
  const { allowsAll, instructions, pointer } = program;
  const notes = { say: 'load the device rules into the kernel', pointer };
  const loaded = label('device program loaded');
  const again = label('load the device program again');
  const unlimited = label('load the device program without limit');
  const limit = buf('rlimit', 16);
  const errno = reg('errno of bpf');
  const attr = words('bpf_attr', loadAttr(instructions));
  const load = sys('bpf', [BPF.PROG_LOAD, attr, ATTR_SIZE], { ...notes, to: fd });
  return [
    here(again),
    { ...load, unless: { errno: allowsAll ? 'any' : ['EAGAIN', 'EPERM'] } },
    branch(fd, '>=', 0, loaded),
    // The verifier was interrupted by a signal.
    branch(fd, '==', EAGAIN, again),
    sys('prlimit64', [0, RLIMIT_MEMLOCK, null, limit], notes),
    sys('prlimit64', [0, RLIMIT_MEMLOCK, words('rlimit', [RLIM_INFINITY, RLIM_INFINITY]), null], { ...notes, unless: { errno: 'any' } }),
    here(unlimited),
    { ...load, unless: { errno: 'any' } },
    branch(fd, '==', EAGAIN, unlimited),
    sys('prlimit64', [0, RLIMIT_MEMLOCK, limit, null], notes),
    branch(fd, '>=', 0, loaded),
    ...(allowsAll ? [jump(done)] : [compute(errno, 0, '-', fd), raise(notes.say, { errno, pointer })]),
    here(loaded),
  ];
}
