import { AT, errnoNumber, F, O } from '@standpipe/syscalls';
import { at, branch, buf, compute, here, jump, label, type Label, load, type Op, type Reg, reg, set, store, sys } from '@standpipe/program';
import { ICANON, TERMIOS_SIZE, termiosField, TTY, VEOF } from './ioctl.js';
import { OuterTerminal } from './outer-terminal.js';
import { POLLIN, POLLOUT, PollSet } from './poll-set.js';
import { ALL_SIGNALS, forwardSignal, SIG } from './signals.js';
import { Stream } from './stream.js';
import { reapContainer, type SuperviseRegs } from './supervise.js';

export interface RelayRegs extends SuperviseRegs {
  /** The container's terminal. Becomes non-blocking. */
  readonly master: Reg;
}

const EAGAIN = -(errnoNumber('EAGAIN') ?? 0);
const EIO = -(errnoNumber('EIO') ?? 0);
const SFD_CLOEXEC = 0o2000000;
const SFD_NONBLOCK = 0o4000;
const SIGNALFD_SIGINFO_SIZE = 128;
const STDIN = 0;
const STDOUT = 1;

/** As much as a pipe takes without blocking when poll(2) calls it writable. */
const CHUNK = 4096;
/**
 * How often to look again where nothing tells us: whether someone has the container's terminal open
 * again, as an init may any time; whether we are in the foreground, which a shell says only to jobs that it saw stop.
 */
const PAUSE_NS = 100_000_000;

const slot = { stdin: 0, master: 1, stdout: 2, signals: 3, pidfd: 4 } as const;

/** Standard input: to be read, at its end, or not ours while we are in the background. */
const input = { open: 1, ended: 0, paused: 2 } as const;

/**
 * Stays with a container that has a terminal: carries bytes between it and the standard streams, makes
 * the user's terminal raw, follows its size, passes signals on, until the container's process has ended
 * and what it wrote is out. Then, or on any failure, the user's terminal is as it was. Standard streams
 * that are no terminal do as well.
 *
 * Signals must be held back (`blockSignals`) since before the process was made. It is one loop around
 * ppoll(2), and nothing in it waits for one side while the other has something to say.
 *
 * @kernel 5.4
 */
export function planRelay(regs: RelayRegs): Op[] {
  return new Relay(regs).plan();
}

class Relay {
  readonly #regs: RelayRegs;
  readonly #outer = new OuterTerminal();
  readonly #polled = new PollSet(Object.keys(slot).length);
  readonly #incoming = new Stream('incoming', CHUNK);
  readonly #outgoing = new Stream('outgoing', CHUNK);
  readonly #signals = reg('signalfd');
  readonly #signal = reg('signal');
  readonly #info = buf('signalfd_siginfo', SIGNALFD_SIGINFO_SIZE);
  readonly #count = reg('count');
  readonly #stdin = reg('stdin');
  readonly #stdout = reg('stdout');
  readonly #stdoutOpen = reg('stdout open');
  /** 1 when nobody has the container's terminal open. */
  readonly #hungUp = reg('hung up');
  readonly #timeout = reg('timeout');
  readonly #pause = buf('timespec', 16);

  constructor(regs: RelayRegs) {
    this.#regs = regs;
  }

  plan(): Op[] {
    const { pidfd, master } = this.#regs;
    const [take, resize, loop, served, reap] = [
      label('take the terminal'),
      label('resize'),
      label('relay'),
      label('served'),
      label('reap'),
    ];
    const running = label('process runs');
    return [
      ...this.#setUp(),
      here(take),
      ...this.#outer.take(),
      ...this.#resumeInput(),
      here(resize),
      ...this.#outer.copySizeTo(master),
      here(loop),
      ...this.#arm(pidfd),
      this.#polled.wait(this.#timeout, loop, 'wait for input, output or a signal'),
      set(this.#hungUp, 0),
      ...this.#takeSignals({ take, resize }),
      ...this.#polled.unlessReady(slot.pidfd, running),
      jump(reap),
      here(running),
      ...this.#takeInput(),
      ...this.#serveTerminal(),
      ...this.#polled.unlessReady(slot.stdout, served),
      ...this.#writeOut(),
      here(served),
      branch(this.#outer.background, '==', 0, loop),
      jump(take),
      here(reap),
      ...reapContainer(this.#regs, loop),
      ...this.#drain(),
    ];
  }

  #setUp(): Op[] {
    return [
      sys('fcntl', [this.#regs.master, F.SETFL, O.RDWR | O.NONBLOCK], { say: "make the container's terminal non-blocking" }),
      sys('signalfd4', [-1, ALL_SIGNALS, ALL_SIGNALS.length, SFD_CLOEXEC | SFD_NONBLOCK], { to: this.#signals, say: 'open a signalfd' }),
      set(this.#regs.code, 0),
      set(this.#stdin, input.open),
      set(this.#stdoutOpen, 1),
      set(this.#hungUp, 0),
      this.#incoming.empty(),
      this.#outgoing.empty(),
      ...this.#openStdout(),
      ...this.#outer.find(),
    ];
  }

  /**
   * A terminal takes part of a write and blocks, though poll(2) called it writable; and O_NONBLOCK set on
   * what the shell gave us would be the shell's too. Opened anew it is ours alone. Where that isn't permitted, and for pipes, it does as it is.
   */
  #openStdout(): Op[] {
    const [opened, done] = [reg('stdout opened'), label('stdout open')];
    return [
      set(this.#stdout, STDOUT),
      sys('ioctl', [STDOUT, TTY.TCGETS, buf('termios', TERMIOS_SIZE)], { unless: { errno: 'any', goto: done } }),
      sys('openat', [AT.FDCWD, `/proc/self/fd/${STDOUT}`, O.WRONLY | O.NONBLOCK | O.NOCTTY | O.CLOEXEC], {
        to: opened,
        unless: { errno: 'any', goto: done },
      }),
      set(this.#stdout, opened),
      here(done),
    ];
  }

  /** In the foreground the input is ours again. */
  #resumeInput(): Op[] {
    const done = label('input as it is');
    return [
      branch(this.#outer.background, '!=', 0, done),
      branch(this.#stdin, '!=', input.paused, done),
      set(this.#stdin, input.open),
      here(done),
    ];
  }

  /** Decides what to wait for: of each stream either its source or its sink. */
  #arm(pidfd: Reg): Op[] {
    const polled = this.#polled;
    const events = reg('events');
    const [noStdin, busy, noInput, noMaster] = [label('no stdin'), label('output waits'), label('no input waits'), label('no master')];
    const [noStdout, pause, armed] = [label('no stdout'), label('look again'), label('armed')];
    return [
      polled.disarm(slot.stdin),
      branch(this.#stdin, '!=', input.open, noStdin),
      branch(this.#incoming.length, '!=', 0, noStdin),
      ...polled.arm(slot.stdin, STDIN, POLLIN),
      here(noStdin),

      polled.disarm(slot.master),
      branch(this.#hungUp, '!=', 0, noMaster),
      set(events, 0),
      branch(this.#outgoing.length, '!=', 0, busy),
      set(events, POLLIN),
      here(busy),
      branch(this.#incoming.length, '==', 0, noInput),
      compute(events, events, '|', POLLOUT),
      here(noInput),
      branch(events, '==', 0, noMaster),
      ...polled.arm(slot.master, this.#regs.master, events),
      here(noMaster),

      polled.disarm(slot.stdout),
      branch(this.#outgoing.length, '==', 0, noStdout),
      ...polled.arm(slot.stdout, this.#stdout, POLLOUT),
      here(noStdout),
      ...polled.arm(slot.signals, this.#signals, POLLIN),
      ...polled.arm(slot.pidfd, pidfd, POLLIN),

      set(this.#timeout, 0),
      branch(this.#hungUp, '!=', 0, pause),
      branch(this.#outer.background, '==', 0, armed),
      here(pause),
      // Again each time: the kernel writes into it how much was left.
      store(this.#pause, 8, 0),
      store(at(this.#pause, 8), 8, PAUSE_NS),
      set(this.#timeout, this.#pause),
      here(armed),
    ];
  }

  #takeSignals(to: { readonly take: Label; readonly resize: Label }): Op[] {
    const [next, done] = [label('next signal'), label('no more signals')];
    return [
      ...this.#polled.unlessReady(slot.signals, done),
      here(next),
      sys('read', [this.#signals, this.#info, SIGNALFD_SIGINFO_SIZE], {
        unless: { errno: ['EAGAIN', 'EINTR'], goto: done },
        say: 'read a signal',
      }),
      load(this.#info, 4, this.#signal),
      // The end of the process is seen through its pidfd.
      ...forwardSignal(this.#signal, this.#regs.pidfd, { next, child: next, resize: to.resize }),
      branch(this.#signal, '!=', SIG.CONT, next),
      // Moved between foreground and background, it may be.
      jump(to.take),
      here(done),
    ];
  }

  #takeInput(): Op[] {
    const count = this.#count;
    const termios = buf('inner termios', TERMIOS_SIZE);
    const [flags, character] = [reg('inner flags'), reg('end of file character')];
    const [failed, ended, done] = [label('stdin unreadable'), label('stdin ended'), label('input taken')];
    return [
      ...this.#polled.unlessReady(slot.stdin, done),
      sys('read', [STDIN, this.#incoming.buffer, CHUNK], { to: count, unless: { errno: 'any', goto: failed } }),
      branch(count, '==', 0, ended),
      ...this.#incoming.filled(count),
      jump(done),
      here(failed),
      branch(count, '==', EAGAIN, done),
      branch(count, '!=', EIO, ended),
      // With SIGTTIN held back, that is what a read from the background gives.
      ...this.#outer.look(),
      branch(this.#outer.background, '==', 0, ended),
      set(this.#stdin, input.paused),
      jump(done),
      here(ended),
      set(this.#stdin, input.ended),
      // A reader of lines learns of the end as from a keyboard. Who reads characters has no such thing.
      sys('ioctl', [this.#regs.master, TTY.TCGETS, termios], { unless: { errno: 'any', goto: done } }),
      load(at(termios, termiosField.lflag), 4, flags),
      branch(flags, '==', 0, done, ICANON),
      load(at(termios, termiosField.cc + VEOF), 1, character),
      // Twice: behind the beginning of a line the first one only hands that over.
      store(this.#incoming.buffer, 1, character),
      store(at(this.#incoming.buffer, 1), 1, character),
      ...this.#incoming.filled(2),
      here(done),
    ];
  }

  /** Reads from the container's terminal what there is, and writes to it what it takes. */
  #serveTerminal(): Op[] {
    const { master } = this.#regs;
    const count = this.#count;
    const [write, unread, unwritten, closed, done] = [
      label('write'),
      label('not read'),
      label('not written'),
      label('closed'),
      label('served'),
    ];
    return [
      ...this.#polled.unlessReady(slot.master, done),
      branch(this.#outgoing.length, '!=', 0, write),
      sys('read', [master, this.#outgoing.buffer, CHUNK], { to: count, unless: { errno: 'any', goto: unread } }),
      branch(count, '==', 0, closed),
      branch(this.#stdoutOpen, '==', 0, write),
      ...this.#outgoing.filled(count),
      jump(write),
      here(unread),
      branch(count, '!=', EAGAIN, closed),
      here(write),
      branch(this.#incoming.length, '==', 0, done),
      sys('write', [master, this.#incoming.next, this.#incoming.length], { to: count, unless: { errno: 'any', goto: unwritten } }),
      ...this.#incoming.drained(count),
      jump(done),
      here(unwritten),
      branch(count, '==', EAGAIN, done),
      here(closed),
      set(this.#hungUp, 1),
      this.#incoming.empty(),
      here(done),
    ];
  }

  /** Writes once to standard output. When nobody takes it any more it is dropped, and the container is not held up. */
  #writeOut(): Op[] {
    const [failed, done] = [label('stdout failed'), label('written')];
    return [
      sys('write', [this.#stdout, this.#outgoing.next, this.#outgoing.length], { to: this.#count, unless: { errno: 'any', goto: failed } }),
      ...this.#outgoing.drained(this.#count),
      jump(done),
      here(failed),
      branch(this.#count, '==', EAGAIN, done),
      set(this.#stdoutOpen, 0),
      this.#outgoing.empty(),
      here(done),
    ];
  }

  /** Brings out what was written before the process ended. Who is in a hurry may signal that once more. */
  #drain(): Op[] {
    const polled = this.#polled;
    const [flush, more, patient, done] = [label('flush'), label('read the rest'), label('patient'), label('all out')];
    return [
      polled.disarm(slot.stdin),
      polled.disarm(slot.master),
      polled.disarm(slot.pidfd),
      ...polled.arm(slot.stdout, this.#stdout, POLLOUT),
      here(flush),
      branch(this.#outgoing.length, '==', 0, more),
      polled.wait(null, flush, 'wait until the output is taken'),
      ...polled.unlessReady(slot.signals, patient),
      sys('read', [this.#signals, this.#info, SIGNALFD_SIGINFO_SIZE], { unless: { errno: 'any', goto: patient } }),
      load(this.#info, 4, this.#signal),
      ...[SIG.HUP, SIG.INT, SIG.QUIT, SIG.TERM].map((signal) => branch(this.#signal, '==', signal, done)),
      here(patient),
      ...polled.unlessReady(slot.stdout, flush),
      ...this.#writeOut(),
      jump(flush),
      here(more),
      branch(this.#stdoutOpen, '==', 0, done),
      sys('read', [this.#regs.master, this.#outgoing.buffer, CHUNK], { to: this.#count, unless: { errno: 'any', goto: done } }),
      branch(this.#count, '==', 0, done),
      ...this.#outgoing.filled(this.#count),
      jump(flush),
      here(done),
    ];
  }
}
