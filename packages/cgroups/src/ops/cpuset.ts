import { branch, buf, closeFd, here, label, type Op, type Reg, reg, sys } from '@standpipe/program';
import { O } from '@standpipe/syscalls';

/**
 * Gives a new v1 cpuset the CPUs and memory nodes of the one above. It begins with none, and then no process
 * can enter it, unless cgroup.clone_children says otherwise.
 *
 * @man cpuset(7)
 */
export function fillCpuset(from: Reg, to: Reg, directory: string, pointer: string | undefined): Op[] {
  return ['cpuset.cpus', 'cpuset.mems'].flatMap((file) => {
    const notes = { say: `give the cgroup ${JSON.stringify(directory)} the ${file} of the one above it`, pointer };
    const list = buf(file, 4096);
    const [target, source, length] = [reg(file), reg(`${file} above`), reg('length')];
    const full = label(`${file} there`);
    return [
      sys('openat', [to, file, O.RDWR | O.CLOEXEC], { to: target, ...notes }),
      sys('read', [target, list, list.size], { to: length, ...notes }),
      // An empty list is a line break.
      branch(length, '>=', 2, full),
      sys('openat', [from, file, O.RDONLY | O.CLOEXEC], { to: source, ...notes }),
      sys('read', [source, list, list.size], { to: length, ...notes }),
      closeFd(source),
      sys('write', [target, list, length], notes),
      here(full),
      closeFd(target),
    ];
  });
}
