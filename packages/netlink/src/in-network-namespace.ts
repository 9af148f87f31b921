import { AT, CLONE, O, openat, OwnedFd, setns, type SyscallPort } from '@standpipe/syscalls';

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
  using own = new OwnedFd(port, openat(port, AT.FDCWD, '/proc/thread-self/ns/net', O.RDONLY | O.CLOEXEC));
  setns(port, own.fd, CLONE.NEWNET);
  setns(port, netns, CLONE.NEWNET);
  try {
    return use();
  } finally {
    setns(port, own.fd, CLONE.NEWNET);
  }
}
