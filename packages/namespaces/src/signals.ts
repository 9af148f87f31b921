/** The same on every architecture that Linux still runs on but alpha, mips, parisc and sparc. @man signal(7) */
export const SIGKILL = 9;
export const SIGCHLD = 17;

/** @man rt_sigprocmask(2) */
export const SIG_BLOCK = 0;
export const SIG_SETMASK = 2;
export const SIGSET_SIZE = 8;
