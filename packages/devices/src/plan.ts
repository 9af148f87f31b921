import { posix } from 'node:path';
import { S_IFIFO } from '@standpipe/syscalls';
import { closeFd, makeInRoot, type Op, type Reg, reg, sys } from '@standpipe/program';
import { planBindNode } from './bind.js';
import { defaultLinks, defaultNodes } from './defaults.js';
import type { DeviceNode, LinuxDevice } from './device.js';
import { planLink } from './links.js';
import { type NodePlace, planNode } from './node.js';
import { parseDevices } from './parse.js';

/** A mount, as far as devices are concerned. */
export interface DevMount {
  readonly destination: string;
  readonly type?: string | undefined;
  readonly options?: readonly string[] | undefined;
}

export interface PlanDevicesInput {
  /** fd of the root filesystem, mounts in place, before pivot_root. */
  readonly root: Reg;
  /** The container is in a user namespace of its own: nodes can't be made, the host's are bound. */
  readonly inUserNamespace: boolean;
  /**
   * The container's mounts. What is mounted at the path of a default node or link takes its place. A /dev
   * that is bound from elsewhere is not ours to change: then nothing is made, as runc has it.
   */
  readonly mounts?: readonly DevMount[] | undefined;
  /** Where `devices` lies in the config; `/linux/devices` when left out. */
  readonly pointer?: string | undefined;
}

/**
 * Plans the device nodes and links of a container: the default ones and those declared.
 *
 * /dev is resolved once, inside the root, and everything in it is made relative to that fd. A
 * declared device takes the place of a default one of the same path.
 *
 * @throws SpecError with every issue of `devices`
 */
export function planDevices(devices: readonly LinuxDevice[], input: PlanDevicesInput): Op[] {
  const declared = parseDevices(devices, input.pointer);
  const { mounts = [] } = input;
  if (isBound(mounts)) return [];

  const dev = reg('dev');
  const umask = reg('umask');
  const mounted = new Set(mounts.map(({ destination }) => posix.resolve('/', destination)));
  const taken = new Set([...mounted, ...declared.map(({ path }) => path)]);
  const nodes = [...defaultNodes.filter(({ path }) => !taken.has(path)), ...declared];
  const links = defaultLinks.filter(({ name }) => !mounted.has(`/dev/${name}`));
  return [
    ...makeInRoot(input.root, 'dev', dev, { kind: 'directory', say: 'open "/dev" in the root' }),
    sys('umask', [0], { to: umask }),
    ...nodes.flatMap((node) => planInPlace(node, { root: input.root, dev, bind: input.inUserNamespace })),
    ...links.flatMap((link) => planLink(link, dev)),
    sys('umask', [umask]),
    closeFd(dev),
  ];
}

function planInPlace(node: DeviceNode, { root, dev, bind }: { root: Reg; dev: Reg; bind: boolean }): Op[] {
  const place = (at: NodePlace): Op[] => (bind && node.type !== S_IFIFO ? planBindNode(node, at) : planNode(node, at));
  const name = posix.basename(node.path);
  const parent = posix.dirname(node.path);
  if (parent === '/dev') return place({ dir: dev, name });

  const dir = reg('device directory');
  const notes = { say: `open ${JSON.stringify(parent)} in the root for ${JSON.stringify(node.path)}`, pointer: node.pointer };
  return [...makeInRoot(root, parent, dir, { kind: 'directory', ...notes }), ...place({ dir, name }), closeFd(dir)];
}

/** Whether the container's /dev is bound from elsewhere. */
function isBound(mounts: readonly DevMount[]): boolean {
  return mounts.some(
    ({ destination, type, options = [] }) =>
      posix.resolve('/', destination) === '/dev' && (type === 'bind' || options.includes('bind') || options.includes('rbind')),
  );
}
