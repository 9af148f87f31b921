import { badSubCgroup } from './errors.js';

/**
 * Parses what `--cgroup` takes: `PATH`, once, or `CONTROLLER[,CONTROLLER]:PATH` for v1's controllers.
 *
 * @throws PlumbingError `CGROUP_PATH_INVALID`
 */
export function parseSubCgroups(given: readonly string[]): Map<string, string> {
  const paths = new Map<string, string>();
  for (const argument of given) {
    const colon = argument.indexOf(':');
    if (colon < 0) {
      if (given.length > 1) throw badSubCgroup(argument, 'missing <controller>: prefix');
      paths.set('', argument);
      continue;
    }
    for (const controller of argument.slice(0, colon).split(',')) {
      if (controller === '') throw badSubCgroup(argument, 'empty <controller> prefix');
      if (paths.has(controller)) throw badSubCgroup(argument, `controller ${controller} specified multiple times`);
      paths.set(controller, argument.slice(colon + 1));
    }
  }
  return paths;
}
