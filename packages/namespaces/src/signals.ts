/** The same on every architecture that Linux still runs on but alpha, mips, parisc and sparc. @man signal(7) */
export const SIGKILL = 9;
export const SIGCHLD = 17;
