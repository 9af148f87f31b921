import { AT, CLONE, O, openat, openPort, OwnedFd, setns, unshare } from '@standpipe/syscalls';

/** A network namespace that nobody is in: it is there for as long as its fd is open. */
export function makeNetns(): OwnedFd & { readonly path: string } {
  const port = openPort();
  const open = (): OwnedFd => new OwnedFd(port, openat(port, AT.FDCWD, '/proc/thread-self/ns/net', O.RDONLY | O.CLOEXEC));
  using own = open();
  unshare(port, CLONE.NEWNET);
  try {
    const made = open();
    // For commands: a child has fds of its own.
    return Object.assign(made, { path: `/proc/${process.pid}/fd/${made.fd}` });
  } finally {
    setns(port, own.fd, CLONE.NEWNET);
  }
}
