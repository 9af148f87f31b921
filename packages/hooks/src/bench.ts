import { at, type Buf, type BufRef, buf, type Label, label, type Reg, reg } from '@standpipe/program';
import { moment, type Moment } from './clock.js';
import { type Output, outputOf } from './output.js';
import { type HookProcess, hookProcess } from './process.js';
import type { StateText } from './state.js';

const POLLIN = 1;

/** struct pollfd: fd, events, revents. Of the hook's pidfd, its output, and signals that ask us to end. */
export const pollEntry = { hook: 0, output: 8, signals: 16 } as const;
export const REVENTS = 6;

/** How a hook's run ends when it does not end well. */
export type Ending = 'exited' | 'killed' | 'late' | 'interrupted';

/** What the hooks of a list are run with: they share it, for they run one after the other. */
export interface Bench {
  readonly process: HookProcess;
  readonly state: StateText;
  readonly output: Output;
  /** Readable when the process is to end. */
  readonly signals: Reg;
  readonly began: Moment;
  /** The beginning of the sentence of the hook's failure: a text's address and length. */
  readonly prefix: Reg;
  readonly prefixLength: Reg;
  /** The hook's timeout, in seconds. */
  readonly limit: Reg;
  readonly poll: Buf;
  /** What poll says, and then waitid. */
  readonly ready: Reg;
  readonly code: Reg;
  /** Its exit code, or the number of the signal that ended it. */
  readonly status: Reg;
  readonly endings: Readonly<Record<Ending, Label>>;
}

/** Where a hook's output is polled. */
export function polledOutput({ poll }: Bench): BufRef {
  return at(poll, pollEntry.output);
}

function pollIn(): Uint8Array {
  const bytes = new Uint8Array(24);
  for (const entry of Object.values(pollEntry)) bytes[entry + 4] = POLLIN;
  return bytes;
}

export function workbench(state: StateText, process: HookProcess = hookProcess()): Bench {
  return {
    process,
    state,
    output: outputOf(process.output.read),
    signals: reg('signals'),
    began: moment('began'),
    prefix: reg('prefix'),
    prefixLength: reg('prefix length'),
    limit: reg('timeout'),
    poll: buf('pollfd', 24, pollIn()),
    ready: reg('ready'),
    code: reg('si_code'),
    status: reg('status'),
    endings: { exited: label('exited'), killed: label('killed by a signal'), late: label('too late'), interrupted: label('interrupted') },
  };
}
