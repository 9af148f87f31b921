import { type Cgroup, openCgroup } from '@standpipe/cgroups';
import { PlumbingError } from '@standpipe/errors';
import { signalContainer } from '@standpipe/state';
import { signalNumber } from '@standpipe/syscalls';
import { isOurs } from '../own-cgroups.js';
import { findSavedConfig } from '../saved-config.js';
import { type Container, readContainer } from './container.js';
import { unknownSignal } from './errors.js';

const SIGKILL = 9;
/** SIGHUP, SIGINT, SIGQUIT, SIGTERM. */
const ASKS_TO_END: readonly number[] = [1, 2, 3, 15];

export interface KillSettings {
  /** Every process of the container, and what is left of them when its own has ended. */
  readonly all?: boolean;
}

/**
 * Sends a signal to a container's process, or with `all` to every process in its cgroup; SIGKILL to all of them also where
 * the container shares a pid namespace, since there they outlive its own. A paused container dies of SIGKILL, too, and
 * a created one of what asks a process to end.
 *
 * @throws PlumbingError `SIGNAL_UNKNOWN`, `CONTAINER_UNKNOWN`, `CONTAINER_NOT_RUNNING` (not with `all`)
 */
export async function killContainer(root: string, id: string, name: string | number, { all = false }: KillSettings = {}): Promise<void> {
  const asked = signalNumber(String(name));
  if (asked === undefined) throw unknownSignal(String(name));
  const container = readContainer(root, id);
  // The kernel keeps from the init of a pid namespace what it has no handler for, and one that waits to be started has none.
  const signal = container.state.status === 'created' && ASKS_TO_END.includes(asked) ? SIGKILL : asked;
  if (all) return signalCgroup(container, signal);
  signalContainer(root, id, signal);
  if (signal !== SIGKILL) return;
  // On cgroup v1 what is frozen dies no sooner than it is thawed.
  if (hasOwnPids(container)) await (container.state.status === 'paused' ? container.cgroup?.thaw() : undefined);
  else await signalCgroup(container, signal);
}

async function signalCgroup({ state, cgroup = leftCgroup(state.cgroups) }: Container, signal: number): Promise<void> {
  if (cgroup === undefined) return;
  if (signal === SIGKILL) return cgroup.kill();
  for (const pid of cgroup.pids({ recursive: true })) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** The cgroup of a container that has ended: what is in there still has outlived it. */
function leftCgroup(paths: readonly string[]): Cgroup | undefined {
  try {
    const ours = paths.filter(isOurs);
    return ours.length === 0 ? undefined : openCgroup(ours);
  } catch (error) {
    if (PlumbingError.is(error) && error.code === 'CGROUP_UNKNOWN') return undefined;
    throw error;
  }
}

/** Where nobody can tell, its first process is all that is meant. */
function hasOwnPids({ state }: Container): boolean {
  const spec = findSavedConfig(state);
  return spec === undefined || spec.linux?.namespaces?.some(({ type, path }) => type === 'pid' && path === undefined) === true;
}
