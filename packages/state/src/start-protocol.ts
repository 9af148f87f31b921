export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_CLOEXEC = 0o2000000;

/**
 * What goes over the start socket: `start` to the container, `accepted` back, and then either the end, when execve(2)
 * has closed it, or the sentence of what failed. The end without `accepted` means that somebody else has started it.
 */
export const startMessage = { start: Buffer.from('S'), accepted: Buffer.from('A') } as const;
