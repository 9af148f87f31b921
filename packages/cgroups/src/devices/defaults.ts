import type { LinuxDeviceCgroup } from './rule.js';

interface DefaultRule extends LinuxDeviceCgroup {
  /** The default node that the rule is for. */
  readonly path?: string;
}

function allowed(major: number, minor: number, path?: string): DefaultRule {
  const rule = { allow: true, type: 'c', major, minor, access: 'rwm' };
  return path === undefined ? rule : { ...rule, path };
}

/**
 * What every container may use, after what its config says: making any node, the default nodes, terminals, and the TUN device, which
 * runc allows for the sake of old tools.
 *
 * @see https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#default-devices
 */
const defaultRules: readonly DefaultRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  allowed(1, 3, '/dev/null'),
  allowed(1, 8, '/dev/random'),
  allowed(1, 7, '/dev/full'),
  allowed(5, 0, '/dev/tty'),
  allowed(1, 5, '/dev/zero'),
  allowed(1, 9, '/dev/urandom'),
  allowed(136, -1), // /dev/pts
  allowed(5, 2), // /dev/ptmx
  allowed(10, 200), // /dev/net/tun
];

/** The default rules, without those for nodes that the config declares itself: these are what it makes of them. */
export function defaultDeviceRules(declared: readonly { readonly path: string }[]): readonly LinuxDeviceCgroup[] {
  const paths = new Set(declared.map(({ path }) => path));
  return defaultRules.filter(({ path }) => path === undefined || !paths.has(path));
}
