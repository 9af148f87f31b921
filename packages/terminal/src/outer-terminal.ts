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
  /** 1 while another process group has it: an input from it is not ours then, and its settings aren't either. */
  readonly background: Reg = reg('in the background');
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
      return [
        load(place, 4, flags),
        compute(flags, flags, '&', ~raw[field]),
        ...(add === 0 ? [] : [compute(flags, flags, '|', add)]),
        store(place, 4, flags),
      ];
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

  /** Sees whether we are in the background. A terminal that doesn't control us has no foreground for us to be in. */
  look(): Op[] {
    const group = buf('process group', 4);
    const [theirs, ours] = [reg('foreground group'), reg('own group')];
    const done = label('looked');
    return [
      set(this.background, 0),
      sys('ioctl', [this.#fd, TTY.TIOCGPGRP, group], { unless: { errno: 'any', goto: done } }),
      load(group, 4, theirs),
      sys('getpgid', [0], { to: ours, say: 'look up our own process group' }),
      branch(theirs, '==', ours, done),
      set(this.background, 1),
      here(done),
    ];
  }

  /** Makes it raw, unless it is someone else's at the moment. */
  take(): Op[] {
    const [theirs, done] = [label('leave it'), label('taken')];
    return [
      ...this.look(),
      branch(this.background, '!=', 0, theirs),
      set(this.#rawFd, this.#fd),
      sys('ioctl', [this.#fd, TTY.TCSETS, this.#raw], { unless: { errno: 'any' } }),
      jump(done),
      here(theirs),
      // Whoever has it now has set it as they want it: to be undone by them.
      set(this.#rawFd, -1),
      here(done),
    ];
  }

  /** Gives its size to the container's terminal, unless it has none: nobody looks at such a terminal. */
  copySizeTo(master: Reg): Op[] {
    const size = buf('winsize', WINSIZE_SIZE);
    const rowsAndColumns = reg('rows and columns');
    const done = label('size copied');
    return [
      sys('ioctl', [this.#fd, TTY.TIOCGWINSZ, size], { unless: { errno: 'any', goto: done } }),
      load(size, 4, rowsAndColumns),
      branch(rowsAndColumns, '==', 0, done),
      sys('ioctl', [master, TTY.TIOCSWINSZ, size], { unless: { errno: 'any' } }),
      here(done),
    ];
  }
}
