import { at, branch, buf, compute, here, jump, label, load, type Op, type Reg, reg, set, store, sys, undo } from '@standpipe/program';
import { TERMIOS_SIZE, termiosField, TTY, VMIN, VTIME, WINSIZE_SIZE } from './ioctl.js';

/** What cfmakeraw(3) clears and sets. */
const raw = {
  iflag: 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000, // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
  oflag: 0o1, // OPOST
  lflag: 0o1 | 0o2 | 0o10 | 0o100 | 0o100000, // ISIG ICANON ECHO ECHONL IEXTEN
  cflag: 0o60 | 0o400, // CSIZE PARENB
  cs8: 0o60,
} as const;

/** The user's terminal around ours: the first of the standard streams that is one, or none. */
export class OuterTerminal {
  readonly #fd = reg('outer terminal');
  /** The same, once it is raw: what undo works on. */
  readonly #rawFd = reg('raw terminal');
  readonly #saved = buf('saved termios', TERMIOS_SIZE);
  readonly #raw = buf('raw termios', TERMIOS_SIZE);

  /** Looks for it. From here on whatever happens gives it back as it was. */
  find(): Op[] {
    const found = label('outer terminal found');
    return [
      undo([sys('ioctl', [this.#rawFd, TTY.TCSETS, this.#saved])]),
      ...[0, 1, 2].flatMap((fd) => {
        const next = label(`fd ${String(fd)} is no terminal`);
        return [
          sys('ioctl', [fd, TTY.TCGETS, this.#saved], { unless: { errno: 'any', goto: next } }),
          sys('ioctl', [fd, TTY.TCGETS, this.#raw], { unless: { errno: 'any', goto: next } }),
          set(this.#fd, fd),
          jump(found),
          here(next),
        ];
      }),
      here(found),
      ...this.#makeRaw(),
    ];
  }

  #makeRaw(): Op[] {
    const flags = reg('termios flags');
    const change = (field: 'iflag' | 'oflag' | 'lflag' | 'cflag', add = 0): Op[] => {
      const place = at(this.#raw, termiosField[field]);
      return [load(place, 4, flags), compute(flags, flags, '&', ~raw[field]), ...(add === 0 ? [] : [compute(flags, flags, '|', add)]), store(place, 4, flags)];
    };
    return [
      ...change('iflag'),
      ...change('oflag'),
      ...change('lflag'),
      ...change('cflag', raw.cs8),
      store(at(this.#raw, termiosField.cc + VMIN), 1, 1),
      store(at(this.#raw, termiosField.cc + VTIME), 1, 0),
    ];
  }

  /** Makes it raw, unless we are in the background: then it is someone else's at the moment. */
  take(): Op[] {
    const group = buf('process group', 4);
    const [theirs, ours] = [reg('foreground group'), reg('own group')];
    const [apply, leave] = [label('make it raw'), label('leave it')];
    return [
      branch(this.#fd, '==', -1, leave),
      // A terminal that doesn't control us has no foreground for us to be in.
      sys('ioctl', [this.#fd, TTY.TIOCGPGRP, group], { unless: { errno: 'any', goto: apply } }),
      load(group, 4, theirs),
      sys('getpgid', [0], { to: ours, say: 'look up our own process group' }),
      branch(theirs, '!=', ours, leave),
      here(apply),
      set(this.#rawFd, this.#fd),
      sys('ioctl', [this.#fd, TTY.TCSETS, this.#raw], { unless: { errno: 'any' } }),
      here(leave),
    ];
  }

  /** Gives its size to the container's terminal. */
  copySizeTo(master: Reg): Op[] {
    const size = buf('winsize', WINSIZE_SIZE);
    const done = label('size copied');
    return [
      sys('ioctl', [this.#fd, TTY.TIOCGWINSZ, size], { unless: { errno: 'any', goto: done } }),
      sys('ioctl', [master, TTY.TIOCSWINSZ, size], { unless: { errno: 'any' } }),
      here(done),
    ];
  }
}
