import { PlumbingError } from '@standpipe/errors';
import type { Origin } from './link.js';

export function labelTwice(name: string): PlumbingError {
  return new PlumbingError(`label "${name}" is placed twice in the program`, { code: 'PROGRAM_LABEL' });
}

export function labelMisplaced(name: string): PlumbingError {
  return new PlumbingError(`label "${name}" is jumped to, but no op follows it in the program`, {
    code: 'PROGRAM_LABEL',
    hint: 'put it with here(label) into a fragment of some section',
  });
}

export function undoMustTolerate(name: string, origin: Origin): PlumbingError {
  return new PlumbingError(`${origin.plugin}/${origin.step}: "${name}" inside an undo could fail, and undos run to their end`, {
    code: 'PROGRAM_UNDO',
    hint: "leave out its unless (every errno is tolerated there), or use { errno: 'any', goto }",
  });
}

export function sectionWithoutEnd(name: string): PlumbingError {
  return new PlumbingError(`section "${name}" does not end in exit_group or a jump: its process would run into the next section`, {
    code: 'PROGRAM_SECTION',
  });
}

export function operandTooBig(what: string): PlumbingError {
  return new PlumbingError(`${what} does not fit into a program`, { code: 'PROGRAM_OPERAND' });
}

export function badText(text: string): PlumbingError {
  return new PlumbingError(`a text of a program contains a NUL or control byte that it can't hold: ${JSON.stringify(text)}`, {
    code: 'PROGRAM_OPERAND',
  });
}

export function unknownName(kind: string, name: string): PlumbingError {
  return new PlumbingError(`${kind} "${name}" is not known for this architecture`, { code: 'PROGRAM_NAME' });
}

export function malformedProgram(why: string): PlumbingError {
  return new PlumbingError(`not a program that standpipe-init would run: ${why}`, { code: 'PROGRAM_MALFORMED' });
}

export function noInit(arch: string): PlumbingError {
  return new PlumbingError(`this build has no standpipe-init for ${arch}`, {
    code: 'NO_INIT',
    hint: `build @standpipe/program on ${arch}, or with a cross compiler for it`,
  });
}
