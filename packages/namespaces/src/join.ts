import { AT, FS_MAGIC, O } from '@standpipe/syscalls';
import { branch, expectFilesystem, here, label, type Op, raise, type Reg, reg, sys } from '@standpipe/program';
import { explained } from './explained.js';
import type { JoinedNamespace } from './input.js';
import { joinOrder, type NamespaceKind, namespaceFacts } from './kinds.js';

/** @kernel 4.11 @man ioctl_ns(2) */
export const NS_GET_NSTYPE = 0xb703;

/** A joined namespace and the register that holds its fd. */
export interface OpenedNamespace extends JoinedNamespace {
  readonly fd: Reg;
}

/**
 * Opens the file and makes sure that it is a namespace of the kind asked for. O_NONBLOCK, so that a
 * fifo in its place can't hang us; the filesystem is looked at before the ioctl, so that no device sees one.
 *
 * @man ioctl_ns(2)
 * @kernel 4.11 NS_GET_NSTYPE
 */
export function planOpenNamespace(namespace: JoinedNamespace, fd: Reg): Op[] {
  const { kind, path, pointer } = namespace;
  const say = `${JSON.stringify(path)} is not a ${kind} namespace`;
  const type = reg('namespace type');
  const right = label(`${kind} namespace`);
  return [
    sys('openat', [AT.FDCWD, path, O.RDONLY | O.CLOEXEC | O.NONBLOCK], {
      to: fd,
      say: `open the ${kind} namespace ${JSON.stringify(path)}`,
      pointer,
    }),
    ...expectFilesystem(fd, FS_MAGIC.NSFS, { say, pointer }),
    sys('ioctl', [fd, NS_GET_NSTYPE, 0], { to: type, say, pointer }),
    branch(type, '==', namespaceFacts[kind].flag, right),
    raise(say, { pointer }),
    here(right),
  ];
}

function inJoinOrder(namespaces: readonly OpenedNamespace[]): OpenedNamespace[] {
  const rank = (kind: NamespaceKind): number => joinOrder.indexOf(kind);
  return namespaces.filter(({ kind }) => kind !== 'user').sort((a, b) => rank(a.kind) - rank(b.kind));
}

function sayJoin({ kind, path }: JoinedNamespace): string {
  return `join the ${kind} namespace ${JSON.stringify(path)}`;
}

/** Joins the namespaces, none of them a user namespace, with the privileges that we have. */
export function joinAll(namespaces: readonly OpenedNamespace[]): Op[] {
  return inJoinOrder(namespaces).map((namespace) =>
    sys('setns', [namespace.fd, namespaceFacts[namespace.kind].flag], { say: sayJoin(namespace), pointer: namespace.pointer }),
  );
}

/**
 * Joins a user namespace and others with it. Some of those may belong to the host, and can be joined
 * only before; some to the joined user namespace, and an ordinary user can join them only after. So
 * each is tried before, and those that gave EPERM again after.
 */
export function joinThroughUser(namespaces: readonly OpenedNamespace[], becomeRoot: readonly Op[]): Op[] {
  const user = namespaces.find(({ kind }) => kind === 'user');
  const others = inJoinOrder(namespaces).map((namespace) => ({ namespace, joined: reg(`joined ${namespace.kind}`) }));
  const ops: Op[] = [];
  for (const { namespace, joined } of others) {
    ops.push(
      sys('setns', [namespace.fd, namespaceFacts[namespace.kind].flag], {
        to: joined,
        unless: { errno: ['EPERM'] },
        say: sayJoin(namespace),
        pointer: namespace.pointer,
      }),
    );
  }
  if (user !== undefined) {
    const call = {
      name: 'setns',
      args: [user.fd, namespaceFacts.user.flag],
      to: reg('joined user'),
      say: sayJoin(user),
      pointer: user.pointer,
    };
    ops.push(...explained(call, { EINVAL: 'we are in it already' }));
  }
  ops.push(...becomeRoot);
  for (const { namespace, joined } of others) {
    const done = label(`${namespace.kind} joined`);
    ops.push(branch(joined, '==', 0, done), ...joinAll([namespace]), here(done));
  }
  return ops;
}
