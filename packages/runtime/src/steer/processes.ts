import { readContainer } from './container.js';
import { noCgroup } from './errors.js';

/**
 * Lists the processes of a container, those that moved themselves into cgroups below its own included. Of one that has ended there are none.
 *
 * @throws PlumbingError `CONTAINER_UNKNOWN`
 */
export function listProcesses(root: string, id: string): number[] {
  const { state, cgroup } = readContainer(root, id);
  if (state.pid === 0) return [];
  if (cgroup === undefined) throw noCgroup(id);
  return cgroup.pids({ recursive: true });
}
