import { AT, CLONE, O, openat, openPort, OwnedFd, setns, type SyscallPort, unshare } from '@standpipe/syscalls';

/**
 * Calls `use` while this thread, and no other, is in the network namespace that `netns` is an open file of. It must not wait for
 * anything: other JavaScript would run in there.
 *
 * Going back takes the privileges of going at all, so whoever lacks them for the own namespace is refused before he leaves.
 *
 * @man setns(2)
 * @cap CAP_SYS_ADMIN, for both namespaces
 */
export function inNetworkNamespace<T>(port: SyscallPort, netns: number, use: () => T): T {
  using own = openOwn(port);
  setns(port, own.fd, CLONE.NEWNET);
  setns(port, netns, CLONE.NEWNET);
  try {
    return use();
  } finally {
    setns(port, own.fd, CLONE.NEWNET);
  }
}

/**
 * Makes a network namespace that nobody is in: it is there for as long as its fd is open, or something in it is. It has a loopback
 * device, which is down. For other processes it is `/proc/PID/fd/FD`.
 *
 * @man network_namespaces(7)
 * @cap CAP_SYS_ADMIN
 */
export function makeNetworkNamespace(port: SyscallPort = openPort()): OwnedFd {
  using own = openOwn(port);
  setns(port, own.fd, CLONE.NEWNET);
  unshare(port, CLONE.NEWNET);
  try {
    return openOwn(port);
  } finally {
    setns(port, own.fd, CLONE.NEWNET);
  }
}

/** The network namespace of this thread. */
function openOwn(port: SyscallPort): OwnedFd {
  return new OwnedFd(port, openat(port, AT.FDCWD, '/proc/thread-self/ns/net', O.RDONLY | O.CLOEXEC));
}
