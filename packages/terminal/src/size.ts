import { buf, here, jump, label, type Op, type Reg, sys } from '@standpipe/program';
import { badConsoleSize } from './errors.js';
import { TTY, WINSIZE_SIZE } from './ioctl.js';

/** `process.consoleSize`: rows and columns. With a 0 nothing is asked for, as runc has it; Docker writes such. */
export interface ConsoleSize {
  readonly height: number;
  readonly width: number;
}

/** Gives a new terminal the size that is asked for, or else that of the first standard stream which is a terminal. */
export function planSize(master: Reg, consoleSize: ConsoleSize | undefined, pointer: string): Op[] {
  const notes = { pointer: `${pointer}/consoleSize` };
  const asked = consoleSize === undefined ? undefined : winsize(consoleSize, notes.pointer);
  const size = buf('winsize', WINSIZE_SIZE, asked);
  const resize = sys('ioctl', [master, TTY.TIOCSWINSZ, size], { say: 'set the size of the new terminal', ...notes });
  if (asked !== undefined) return [resize];
  const done = label('sized');
  const found = label('size found');
  return [
    ...[0, 1, 2].flatMap((fd) => {
      const next = label(`fd ${fd} is no terminal`);
      return [sys('ioctl', [fd, TTY.TIOCGWINSZ, size], { unless: { errno: 'any', goto: next } }), jump(found), here(next)];
    }),
    jump(done),
    here(found),
    resize,
    here(done),
  ];
}

function winsize({ height, width }: ConsoleSize, pointer: string): Uint8Array | undefined {
  const bytes = new Uint8Array(WINSIZE_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [field, value, offset] of [
    ['height', height, 0],
    ['width', width, 2],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw badConsoleSize(pointer, field, value);
    view.setUint16(offset, value, true);
  }
  return height === 0 || width === 0 ? undefined : bytes;
}
