import { posix } from 'node:path';
import { AT, O } from '@standpipe/syscalls';
import { closeFd, here, jump, label, type Op, type Reg, reg, sys } from '@standpipe/program';
import { setattr } from './attributes.js';
import { MOUNT_ATTR, PROPAGATION } from './constants.js';
import { privateWithoutPivot, propagationInvalid, rootfsMissing } from './errors.js';
import { attach, cloneTree } from './fd.js';

export interface PlanRootfsInput {
  /** Absolute path of the root filesystem. Links are followed, once. */
  readonly path: string;
  /** `linux.rootfsPropagation`. */
  readonly propagation?: string | undefined;
  /** The root is moved and not pivoted to. */
  readonly noPivot?: boolean | undefined;
}

const POINTER = '/root/path';
const PROPAGATION_POINTER = '/linux/rootfsPropagation';
const types: Readonly<Record<string, number>> = {
  private: PROPAGATION.PRIVATE,
  slave: PROPAGATION.SLAVE,
  shared: PROPAGATION.SHARED,
  unbindable: PROPAGATION.UNBINDABLE,
};

/**
 * Where the root filesystem lies: `root` of the config, whose path is relative to the bundle.
 *
 * @throws SpecError when there is none
 */
export function rootfsPath(root: { readonly path: string } | undefined, bundle: string): string {
  if (root === undefined || root.path === '') throw rootfsMissing('/root/path');
  if (root.path.includes('\0')) throw rootfsMissing('/root/path');
  return posix.resolve(bundle, root.path);
}

/** Checks `linux.rootfsPropagation`, recursive variants included. */
export function parseRootfsPropagation(name: string | undefined, noPivot = false): { type: number | undefined; recursive: boolean } {
  if (name === undefined || name === '') return { type: undefined, recursive: false };
  const recursive = name.startsWith('r');
  const plain = recursive ? name.slice(1) : name;
  const type = Object.hasOwn(types, plain) ? types[plain] : undefined;
  if (type === undefined) throw propagationInvalid(PROPAGATION_POINTER, name, Object.keys(types));
  if (noPivot && type === PROPAGATION.PRIVATE) throw privateWithoutPivot(PROPAGATION_POINTER);
  return { type, recursive };
}

/**
 * Plans the root filesystem: `root` gets the fd of a copy of its mounts, attached onto itself.
 *
 * First nothing that happens here may reach the host: all mounts become slaves of the host's, or
 * private ones. Only with `shared` what is bound stays shared with the host, so that what the container mounts in a
 * shared bind is seen there; the mount that the root lies in is private even then.
 *
 * @man open_tree(2), mount_namespaces(7)
 * @kernel 5.12
 * @throws SpecError for an unknown propagation
 */
export function planRootfs(input: PlanRootfsInput, root: Reg): Op[] {
  const { path, noPivot = false } = input;
  const { type } = parseRootfsPropagation(input.propagation, noPivot);
  const shown = JSON.stringify(path);
  const place = reg('root directory');
  const notes = { say: `take the root filesystem ${shown}`, pointer: POINTER };
  const isolated = type === PROPAGATION.PRIVATE || type === PROPAGATION.UNBINDABLE ? PROPAGATION.PRIVATE : PROPAGATION.SLAVE;
  const stayShared = type === PROPAGATION.SHARED && !noPivot;
  return [
    ...(stayShared
      ? isolateMountOf(path)
      : [
          setattr(AT.FDCWD, {
            path: '/',
            propagation: isolated,
            recursive: true,
            say: 'keep mounts from spreading to the host',
            pointer: PROPAGATION_POINTER,
          }),
        ]),
    sys('openat', [AT.FDCWD, path, O.PATH | O.DIRECTORY | O.CLOEXEC], {
      to: place,
      say: `open the root filesystem ${shown}`,
      pointer: POINTER,
    }),
    cloneTree(place, root, { recursive: true, ...notes }),
    ...(type === PROPAGATION.SLAVE ? [] : [setattr(root, { propagation: PROPAGATION.PRIVATE, ...notes })]),
    attach(root, place, notes),
    closeFd(place),
  ];
}

/** Makes the one mount private that the path lies in: a root can't be pivoted to from a shared one, and its own mount would spread to the host. */
function isolateMountOf(path: string): Op[] {
  const done = label('mount of the root is private');
  const say = `make the mount private that the root filesystem ${JSON.stringify(path)} lies in`;
  const above: string[] = [];
  for (let at = path; ; at = posix.dirname(at)) {
    above.push(at);
    if (at === '/') break;
  }
  return [
    ...above.flatMap((at): Op[] => {
      const op = sys('mount', [null, at, null, PROPAGATION.PRIVATE, null], { say, pointer: PROPAGATION_POINTER });
      const next = label(`${at} is no mount`);
      // EINVAL: not a mount point.
      return at === '/' ? [op] : [{ ...op, unless: { errno: ['EINVAL'], goto: next } }, jump(done), here(next)];
    }),
    here(done),
  ];
}

/** Makes the root's own mount read-only. What is mounted below it stays as it is. Late: device nodes and mount points are made in it. */
export function planRootReadonly(root: Reg): Op[] {
  return [setattr(root, { set: MOUNT_ATTR.RDONLY, say: 'make the root read-only', pointer: '/root/readonly' })];
}
