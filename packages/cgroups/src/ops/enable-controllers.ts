import { branch, closeFd, here, label, type Op, type Reg, reg, sys } from '@standpipe/program';
import { openFile } from './directory.js';
import { explained } from './refused.js';

export interface EnableSettings {
  /** All that the hierarchy has. */
  readonly controllers: readonly string[];
  /** Those that limits need: without them it is a failure. */
  readonly needed: ReadonlySet<string>;
  /** What is there already may be another's. */
  readonly optional: boolean;
  readonly pointer: string | undefined;
}

const meanings = {
  EBUSY: 'processes are in it, and then v2 gives no controller to the cgroups below it',
  ENOENT: 'the cgroups above it do not give it that controller',
  EOPNOTSUPP: 'it is a threaded cgroup',
};

/**
 * Lets the cgroups below a v2 cgroup have the controllers. What limits need must work out; the others are for
 * measuring, and a cgroup without some of them is still a cgroup.
 *
 * @man cgroups(7), cgroup.subtree_control
 */
export function enableControllers(cgroup: Reg, directory: string, settings: EnableSettings): Op[] {
  const { controllers, needed, optional, pointer } = settings;
  if (controllers.length === 0) return [];
  const [file, result] = [reg('cgroup.subtree_control'), reg('result')];
  const done = label(`controllers of ${directory} enabled`);
  const say = `let the cgroups below ${JSON.stringify(directory)} have controllers`;
  const all = controllers.map((controller) => `+${controller}`).join(' ');
  return [
    openFile(cgroup, 'cgroup.subtree_control', file, { say, pointer, ...(optional ? { unless: { errno: 'any', goto: done } } : {}) }),
    sys('write', [file, all, all.length], { to: result, unless: { errno: 'any' }, say }),
    branch(result, '>=', 0, done),
    ...controllers.flatMap((controller) => {
      const args = [file, `+${controller}`, controller.length + 1];
      return needed.has(controller) && !optional
        ? explained(
            'write',
            args,
            { say: `let the cgroups below ${JSON.stringify(directory)} have the ${controller} controller`, pointer },
            meanings,
          )
        : [sys('write', args, { unless: { errno: 'any' } })];
    }),
    here(done),
    closeFd(file),
  ];
}
