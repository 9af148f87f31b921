import { errnoName } from '@standpipe/syscalls';
import { decode, type DecodedOp, type DecodedProgram } from './decode.js';
import { OpDescriber } from './describe-op.js';
import { encode, layOut } from './encode.js';
import { hostInitArch, initId } from './init-image.js';
import type { LinkedSection, Program } from './link.js';
import { encodeNames, namesOf } from './names.js';

/**
 * The notes of a program: its sections, and of each op who put it there and why, and the names of
 * registers, labels and buffers. Encoded along with it, they let `decode` and `disassemble` show the
 * same text for the bytes as for the program.
 */
export function notesOf(program: Program): Uint8Array {
  return encodeNames(namesOf(program, layOut(program)));
}

/** As its bytes have it: there is one way to show a program, whichever way it comes. */
export function decoded(program: Program | DecodedProgram): DecodedProgram {
  if ('data' in program) return program;
  return decode(encode(program, { arch: hostInitArch(), initId, notes: notesOf(program) }));
}

/** How much `disassemble` shows. */
export interface DisassembleSettings {
  /** Say above the ops who put them there and why: plugin/step, sentence, JSON pointer. Default true. */
  readonly origins?: boolean;
}

/**
 * A program as text, one op a line and system calls as strace(1) shows them:
 *
 *     host
 *       # namespaces/namespaces.open: open the network namespace "/run/netns/blue" (/linux/namespaces/3)
 *         on failure go to 61
 *      12 net = openat(AT_FDCWD, "/run/netns/blue", O_RDONLY|O_CLOEXEC, 0)
 *
 * The same program gives the same text, so it can be compared with one that was kept.
 */
export function disassemble(program: Program | DecodedProgram, { origins = true }: DisassembleSettings = {}): string {
  const source = decoded(program);
  const { names, ops } = source;
  const describer = new OpDescriber(source);
  const targets = new Set(ops.flatMap((op, index) => (goesElsewhere(op, index, ops.length) ? [op.jump] : [])));

  const lines: string[] = [];
  const above = new NotesAbove(source);
  let fail: number | undefined;
  for (const [index, op] of ops.entries()) {
    const heading = headingAt(names?.sections, index);
    if (heading !== undefined) {
      lines.push(...(lines.length > 0 ? ['', heading] : [heading]));
      above.forget();
      fail = undefined;
    }
    const label = targets.has(index) ? names?.labels.get(index) : undefined;
    if (label !== undefined) lines.push(`  ${label}:`);
    const note = origins ? above.next(index) : undefined;
    if (note !== undefined) lines.push(`      # ${note}`);
    const undoing = isUndoing(names?.sections, index);
    if (!undoing && canFail(op) && op.fail !== fail) {
      fail = op.fail;
      lines.push(`      on failure go to ${describer.target(fail)}`);
    }
    lines.push(`${String(index).padStart(5)} ${lineOf(source, index, describer)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** What one op does and where it goes on, in one line. */
export function lineOf({ ops, names }: DecodedProgram, index: number, describer: OpDescriber): string {
  const op = ops[index];
  if (op === undefined) return '';
  const shown = describer.describe(op);
  const goto = goesElsewhere(op, index, ops.length) ? `goto ${describer.target(op.jump)}` : '';
  if (op.code === 'jump' || op.code === 'branch') return [shown, goto].filter(Boolean).join(' ');
  if (op.errnos.length === 0 || op.code === 'report' || (goto === '' && isUndoing(names?.sections, index))) return shown;
  const errnos = op.errnos === 'any' ? 'any error' : op.errnos.map(errnoName).join(' or ');
  return `${shown}, unless ${errnos}${goto === '' ? '' : `: ${goto}`}`;
}

/** Whether an op may lead to its `jump`, and that is not the next one. The last op's next one is itself. */
function goesElsewhere(op: DecodedOp, index: number, count: number): boolean {
  if (op.code === 'jump' || op.code === 'branch') return true;
  return op.errnos.length > 0 && op.code !== 'report' && op.jump !== Math.min(index + 1, count - 1);
}

function canFail(op: DecodedOp): boolean {
  return op.code === 'raise' || op.code === 'format' || (op.code === 'syscall' && op.errnos !== 'any');
}

/** Undos and ends go on to the next op whatever happens. */
export function isUndoing(sections: readonly LinkedSection[] | undefined, index: number): boolean {
  return sections?.some(({ undo, to }) => undo <= index && index < to) ?? false;
}

function headingAt(sections: readonly LinkedSection[] | undefined, index: number): string | undefined {
  if (sections === undefined) return index === 0 ? 'program' : undefined;
  for (const { name, from, undo, end, to } of sections) {
    if (index < from || index >= to) continue;
    // A section may have no ops of its own, and no undos.
    if (index === end) return `${name}, end`;
    if (index === undo) return `${name}, undo`;
    if (index === from) return name;
  }
  return undefined;
}

/** Says whom the ops are from and what they are for, when that is another than of the op before. */
class NotesAbove {
  readonly #program: DecodedProgram;
  #origin: string | undefined;
  #say: string | undefined;
  #pointer: string | undefined;

  constructor(program: DecodedProgram) {
    this.#program = program;
  }

  forget(): void {
    this.#origin = undefined;
  }

  next(index: number): string | undefined {
    const origin = this.#program.names?.origins[index];
    const name = origin === undefined ? '' : `${origin.plugin}/${origin.step}`;
    const say = this.#program.ops[index]?.message;
    const pointer = this.#program.names?.pointers[index];
    const isNews =
      name !== this.#origin || (say !== undefined && say !== this.#say) || (pointer !== undefined && pointer !== this.#pointer);
    if (!isNews) return undefined;
    this.#origin = name;
    this.#say = say;
    this.#pointer = pointer;
    const said = [name, say].filter((part) => part !== undefined && part !== '').join(': ');
    return `${said}${pointer === undefined ? '' : ` (${pointer})`}` || undefined;
  }
}
