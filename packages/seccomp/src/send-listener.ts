import {
  at,
  branch,
  buf,
  closeFd,
  connectSocket,
  format,
  here,
  isSocketPath,
  label,
  type Op,
  raise,
  type Reg,
  reg,
  SOCKET_PATH_MAX,
  store,
  sys,
  words,
} from '@standpipe/program';
import { MSG } from '@standpipe/syscalls';
import { listenerPathInvalid } from './errors.js';

/** What a seccomp agent is told of the container. Field names are the OCI specification's. */
export interface ListenerState {
  readonly ociVersion: string;
  readonly id: string;
  /** `running` where the process joins a container. */
  readonly status: 'creating' | 'running';
  /** The container's first process; the same as the filtered one, when left out. */
  readonly pid?: number | undefined;
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface SendListenerInput {
  /** `linux.seccomp.listenerPath`. */
  readonly path: string;
  /** `linux.seccomp.listenerMetadata`. */
  readonly metadata?: string | undefined;
  /** Gets the listener's fd first of all. */
  readonly take: (listener: Reg) => readonly Op[];
  /** The filtered process, as who listens sees it. */
  readonly pid: Reg;
  readonly state: ListenerState;
  readonly pointer?: string | undefined;
}

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** struct cmsghdr with one fd: its length, the room that it takes, where the fd is. */
const CMSG_LENGTH = 20;
const CMSG_SPACE = 24;
const CMSG_FD = 16;
const DIGITS = 20;

/**
 * Host ops that give a listener's fd away, as the OCI specification has it: one connection to a Unix stream socket, the container
 * process state as JSON with the fd beside it, and the end. Whatever fails of that is a failure.
 *
 * @throws SpecError for a path that no socket address can hold
 */
export function sendListener({ path, metadata, take, pid, state, pointer = '/linux/seccomp' }: SendListenerInput): Op[] {
  if (!isSocketPath(path)) throw listenerPathInvalid(path, SOCKET_PATH_MAX, `${pointer}/listenerPath`);

  const { ociVersion, id, status, bundle, annotations, pid: first } = state;
  const [beforePid, afterPid] = around({ ociVersion, fds: ['seccompFd'] }, { metadata });
  const [beforeFirst, afterFirst] = around({ ociVersion, id, status }, { bundle, annotations });
  const parts = [
    beforePid,
    pid,
    `${afterPid.slice(0, -1)},"state":${beforeFirst}`,
    first === undefined ? pid : String(first),
    `${afterFirst}}`,
  ];
  const size = parts.reduce((sum, part) => sum + (typeof part === 'string' ? Buffer.byteLength(part) : DIGITS), 1);
  const text = buf('container process state', size);
  const vector = words('iovec', [text, 0]);
  const control = words('control message', [CMSG_LENGTH, (BigInt(SCM_RIGHTS) << 32n) | BigInt(SOL_SOCKET), 0]);
  const message = words('msghdr', [null, 0, vector, 1, control, CMSG_SPACE, 0]);
  const [listener, socket, bytes, sent] = [reg('seccomp listener'), reg('seccomp agent'), reg('length'), reg('sent')];
  const whole = label('state sent');
  const notes = { say: `send the seccomp listener to ${JSON.stringify(path)}`, pointer: `${pointer}/listenerPath` };
  return [
    ...take(listener),
    ...connectSocket(path, socket, notes),
    format(text, parts, bytes),
    store(at(vector, 8), 8, bytes),
    store(at(control, CMSG_FD), 4, listener),
    sys('sendmsg', [socket, message, MSG.NOSIGNAL], { to: sent, ...notes }),
    branch(sent, '==', bytes, whole),
    raise(`${notes.say}: it took only a part of the state`, { pointer: notes.pointer }),
    here(whole),
    closeFd(socket),
    closeFd(listener),
  ];
}

/** The JSON of an object with a `pid` in it, up to its value and behind it. */
function around(before: object, after: object): [string, string] {
  const rest = JSON.stringify(after);
  return [`${JSON.stringify(before).slice(0, -1)},"pid":`, rest === '{}' ? '}' : `,${rest.slice(1)}`];
}
