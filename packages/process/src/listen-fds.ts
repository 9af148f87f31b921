import { type Buf, buf, format, type Op, reg, sys } from '@standpipe/program';

export interface ListenFdsPlan {
  readonly ops: Op[];
  /** `LISTEN_FDS=…` and `LISTEN_PID=…` once the ops have run. */
  readonly variables: { readonly LISTEN_FDS: Buf; readonly LISTEN_PID: Buf };
}

/** How many sockets were passed to the process `pid` by its starter, from fd 3 up; 0 if they were meant for another. @man sd_listen_fds(3) */
export function listenFds(env: Readonly<Record<string, string | undefined>>, pid: number): number {
  const { LISTEN_PID, LISTEN_FDS } = env;
  return LISTEN_PID === String(pid) && /^\d{1,5}$/.test(LISTEN_FDS ?? '') ? Number(LISTEN_FDS) : 0;
}

/**
 * Plans the two variables by which the command learns of its first `count` fds from 3 up. The pid
 * is asked for, since it is not 1 where the pid namespace isn't the container's own.
 */
export function planListenFds(count: number): ListenFdsPlan {
  const pid = reg('own pid');
  const [fds, owner] = [buf('LISTEN_FDS', 24), buf('LISTEN_PID', 24)];
  return {
    ops: [sys('getpid', [], { to: pid }), format(fds, [`LISTEN_FDS=${String(count)}`]), format(owner, ['LISTEN_PID=', pid])],
    variables: { LISTEN_FDS: fds, LISTEN_PID: owner },
  };
}
