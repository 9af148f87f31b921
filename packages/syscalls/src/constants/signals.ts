const names =
  'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT ' +
  'SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS';

/** The real-time signals as glibc numbers them: it keeps 32 and 33 for itself. */
const rtMin = 34;
const rtMax = 64;

let table: readonly string[] | undefined;

function signalTable(): readonly string[] {
  return (table ??= names.split(' '));
}

/** The name of a signal: `SIGTERM`, `SIGRTMIN+3`; a plain `SIG32` for what has none. */
export function signalName(signal: number): string {
  if (signal >= rtMin && signal <= rtMax) {
    if (signal === rtMax) return 'SIGRTMAX';
    return signal === rtMin ? 'SIGRTMIN' : `SIGRTMIN+${signal - rtMin}`;
  }
  return signalTable()[signal - 1] ?? `SIG${signal}`;
}

/**
 * The number of a signal given as people give it: `SIGTERM`, `term`, `15`, `RTMIN+3`. Undefined for
 * anything else. 0, which only asks whether a process is there, passes.
 */
export function signalNumber(text: string): number | undefined {
  if (/^0*\d{1,2}$/.test(text)) {
    const signal = Number(text);
    return signal <= rtMax ? signal : undefined;
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const realTime = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (realTime !== null) {
    const [, end, sign, offset = '0'] = realTime;
    const signal = (end === 'MIN' ? rtMin : rtMax) + (sign === '-' ? -Number(offset) : Number(offset));
    return signal >= rtMin && signal <= rtMax ? signal : undefined;
  }
  const index = signalTable().indexOf(`SIG${aliases[name] ?? name}`);
  return index < 0 ? undefined : index + 1;
}

const aliases: Readonly<Record<string, string>> = { IOT: 'ABRT', CLD: 'CHLD', POLL: 'IO' };
