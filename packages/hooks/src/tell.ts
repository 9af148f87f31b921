import { O, P, W } from '@standpipe/syscalls';
import {
  at,
  branch,
  type Buf,
  type BufRef,
  buf,
  compute,
  format,
  here,
  jump,
  label,
  type Op,
  raise,
  reg,
  type Reg,
  store,
  sys,
  words,
} from '@standpipe/program';
import { type Bench, polledOutput } from './bench.js';
import { millisecondsSince } from './clock.js';
import { drain, OUTPUT_KEPT, pour } from './output.js';
import { openPipe, pipe } from './pipe.js';
import { readFailure } from './process.js';
import { SIGKILL } from './signals.js';
import { tidy } from './tidy.js';

/** Room for the longest sentence: a path of 500 characters, what became of it, and the end of its output. */
export const SENTENCE_SIZE = 8192;

const SIGINFO_SIZE = 128;
const tolerant = { unless: { errno: 'any' } } as const;

/** What is said of the hook's output: its end, when it is longer. */
const introductions = { all: ', output: ', end: ', its output ends with: ' } as const;

/** The one place that all failing hooks of a list go to: makes the sentence and raises it. */
export function planTell(bench: Bench, sentence: Buf, pointer: string): Op[] {
  const { process, began, limit, status, endings, signals } = bench;
  const say = 'tell what became of the hook';
  const [errno, elapsed, interpreter] = [reg('errno'), reg('elapsed'), reg('interpreter is missing')];
  const [ran, noInterpreter, tell] = [label('it was executed'), label('no interpreter'), label('tell')];
  const ending = buf('ending', 128);
  const endingLength = reg('ending length');
  const became = (parts: readonly (string | Reg)[]): Op[] => [
    ...millisecondsSince(began, elapsed, say),
    format(ending, parts, endingLength),
  ];
  return [
    here(endings.late),
    ...endHook(bench),
    ...became(['killed after ', elapsed, ' ms, past its timeout of ', limit, ' s']),
    jump(tell),

    here(endings.interrupted),
    sys('read', [signals, buf('siginfo', SIGINFO_SIZE), SIGINFO_SIZE], tolerant),
    ...endHook(bench),
    ...became(['killed after ', elapsed, ' ms, for a signal came to end it all']),
    jump(tell),

    here(endings.killed),
    ...became(['ended by signal ', status, ' after ', elapsed, ' ms']),
    jump(tell),

    here(endings.exited),
    ...readFailure(process.failure, { errno, interpreter }, ran),
    branch(interpreter, '==', 1, noInterpreter),
    ...inOneText(bench, { ending: 'exec', endingLength: 4 }, sentence, say),
    raise(`${say}: it could not be executed`, { errno, text: sentence, pointer }),
    here(noInterpreter),
    format(ending, ['exec: the file is there, but not the interpreter or loader that it names'], endingLength),
    jump(tell),
    here(ran),
    ...became(['exit status ', status, ' after ', elapsed, ' ms']),

    here(tell),
    ...inOneText(bench, { ending, endingLength }, sentence, say),
    raise(say, { text: sentence, pointer }),
  ];
}

/** Kills the hook with its process group, which is its session at first, and reaps it. */
function endHook(bench: Bench): Op[] {
  const { pid, pidfd } = bench.process;
  const group = reg('process group');
  return [
    compute(group, 0, '-', pid),
    sys('kill', [group, SIGKILL], tolerant),
    sys('pidfd_send_signal', [pidfd, SIGKILL, null, 0], tolerant),
    sys('waitid', [P.PIDFD, pidfd, null, W.EXITED, null], tolerant),
    ...drain(bench.output, polledOutput(bench)),
  ];
}

/** Writes the prefix, what became of the hook and its output, one behind the other, into the sentence: by a pipe, for no op copies. */
function inOneText(
  { prefix, prefixLength, output }: Bench,
  { ending, endingLength }: { ending: Buf | string; endingLength: Reg | number },
  sentence: Buf,
  say: string,
): Op[] {
  const through = pipe('sentence');
  const line = buf('output in one line', OUTPUT_KEPT);
  const length = reg('line length');
  const whole = label('whole output');
  const silent = label('no output');
  const part = (index: number, offset: 0 | 8): BufRef => at(parts, index * 16 + offset);
  const parts = words('parts', [0, 0, ending, 0, introductions.all, 0, line, 0, new Uint8Array(1), 1]);
  return [
    ...openPipe(through, say, O.NONBLOCK),
    ...pour(output, through.write, length),
    ...tidy(through, line, length),
    store(part(0, 0), 8, prefix),
    store(part(0, 8), 8, prefixLength),
    store(part(1, 8), 8, endingLength),
    store(part(3, 8), 8, length),
    branch(length, '==', 0, silent),
    store(part(2, 8), 8, introductions.all.length),
    branch(output.total, '<', OUTPUT_KEPT + 1, whole),
    store(part(2, 0), 8, introductions.end),
    store(part(2, 8), 8, introductions.end.length),
    here(whole),
    here(silent),
    sys('writev', [through.write, parts, 5], { say }),
    sys('read', [through.read, sentence, sentence.size - 1], { say }),
  ];
}
