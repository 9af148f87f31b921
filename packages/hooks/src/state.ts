import { format, type Op, type Reg, buf, type Buf, reg } from '@standpipe/program';
import { type HookKind, statusDuring } from './hook.js';

/** What is known of a container when its hooks are planned: its state but for the status, and the pid. */
export interface HookedContainer {
  readonly ociVersion: string;
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The state as hooks read it on their standard input. */
export interface StateText {
  readonly text: Buf;
  readonly length: Reg;
  /** How long it may be. */
  readonly room: number;
  /** Writes the text. */
  readonly write: Op;
}

/** A decimal of 64 bits, and its sign. */
const NUMBER_SIZE = 20;

/** The text is made by the program, which alone knows the pid. Of a container that has ended there is none to tell. */
export function planState({ ociVersion, id, bundle, annotations = {} }: HookedContainer, kind: HookKind, pid: Reg): StateText {
  const status = statusDuring[kind];
  const head = JSON.stringify({ ociVersion, id, status }).slice(0, -1);
  const tail = JSON.stringify({ bundle, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) }).slice(1);
  const parts = status === 'stopped' ? [`${head},${tail}`] : [`${head},"pid":`, pid, `,${tail}`];
  const room = Buffer.byteLength(head) + Buffer.byteLength(tail) + ',"pid":,'.length + NUMBER_SIZE;
  const text = buf('state', room + 1);
  const length = reg('state length');
  return { text, length, room, write: format(text, parts, length) };
}
