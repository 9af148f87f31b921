import type { CgroupHierarchy } from '../layout.js';
import { pointerKey, Section } from './section.js';

/** Files of cgroup v2 that are no controller's and limit something. The others there move, stop or kill processes, or change the tree: no resources. */
const limitsOfCgroup = ['cgroup.max.depth', 'cgroup.max.descendants', 'cgroup.pressure'];

/** `linux.resources.unified`: what is written to which file, line by line, since one write is one setting. */
export function planUnified(unified: Readonly<Record<string, string>>, hierarchy: CgroupHierarchy | undefined, pointer: string): Section[] {
  return Object.entries(unified).map(([file, text]) => {
    const [controller = ''] = file.split('.');
    const section = new Section(controller, 2, pointer);
    const wrong = whyNot(file, controller, hierarchy);
    if (wrong !== undefined) section.issue(pointerKey(file), ...wrong);
    else for (const line of text.split('\n')) if (line !== '') section.write(pointerKey(file), file, line);
    return section;
  });
}

function whyNot(
  file: string,
  controller: string,
  hierarchy: CgroupHierarchy | undefined,
): [message: string, expected?: string] | undefined {
  if (!/^[a-z]+(\.[A-Za-z0-9_-]+)+$/.test(file)) {
    return [`${JSON.stringify(file)} is no file of a controller`, 'a name such as memory.high, without slashes'];
  }
  if (hierarchy === undefined) return [`there is no cgroup v2 on this machine to write ${file} to`];
  if (controller === 'cgroup') {
    return limitsOfCgroup.includes(file)
      ? undefined
      : [`${file} is no limit`, `one of ${limitsOfCgroup.join(', ')}, or a controller's file`];
  }
  return hierarchy.controllers.includes(controller) ? undefined : [`the ${controller} controller is not on cgroup v2 here`];
}
