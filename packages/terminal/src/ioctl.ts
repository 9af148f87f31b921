/** The ioctls of terminals: one number on x86-64, arm64 and riscv64. @man ioctl_tty(2) */
export const TTY = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  TIOCSPTLCK: 0x40045431,
  /** @kernel 4.13 */
  TIOCGPTPEER: 0x5441,
} as const;

/** struct winsize: rows, columns, and a size in pixels that nobody fills. */
export const WINSIZE_SIZE = 8;

/** The kernel's struct termios: four words of flags, the line discipline, 19 control characters. */
export const TERMIOS_SIZE = 36;
export const termiosField = { iflag: 0, oflag: 4, cflag: 8, lflag: 12, cc: 17 } as const;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const ICANON = 0o2;
