import { AT, O } from '@standpipe/syscalls';
import {
  at,
  branch,
  buf,
  type Buf,
  closeFd,
  compute,
  format,
  here,
  jump,
  label,
  type Label,
  load,
  type Op,
  type Reg,
  reg,
  set,
  sys,
} from '@standpipe/program';

const PASSWD = '/etc/passwd';
/** More than this is not read. A file of the image's, so it may be anything. */
const PASSWD_MAX = 1 << 20;
const PATH_MAX = 4096;
const [NEWLINE, COLON, ZERO, NINE] = [0x0a, 0x3a, 0x30, 0x39];

export interface HomePlan {
  readonly ops: Op[];
  /** `HOME=…` once the ops have run. */
  readonly variable: Buf;
}

/**
 * Plans the look-up of a user's home in the container's /etc/passwd, for an environment without
 * HOME. `/` where there is none, or no such file. To be run in the container's root as the user,
 * so that nothing is read that the user may not read. Byte by byte: an op can't look for one in a buffer; root, the
 * first line, takes some thirty reads.
 *
 * @man passwd(5)
 */
export function planHome(uid: number): HomePlan {
  const variable = buf('HOME', PATH_MAX + 8);
  const file = reg('passwd');
  const passwd: Cursor = { file, position: reg('position'), byte: buf('byte', 8), character: reg('character') };
  const [start, length, address] = [reg('home begins'), reg('home length'), reg('home address')];
  const [line, skip, done] = [label('a line of passwd'), label('rest of the line'), label('home settled')];
  const [inHome, homeEnds, fileEnds] = [label('in the home'), label('home ends'), label('file ends')];
  const prefix = 'HOME=';
  return {
    variable,
    ops: [
      format(variable, [`${prefix}/`]),
      // A fifo would have us wait.
      sys('openat', [AT.FDCWD, PASSWD, O.RDONLY | O.CLOEXEC | O.NONBLOCK | O.NOCTTY], { to: file, unless: { errno: 'any', goto: done } }),
      set(passwd.position, 0),

      here(line),
      ...skipFields(passwd, 2, { newline: line, end: done }),
      ...matchUid(passwd, uid, { newline: line, otherwise: skip, end: done }),
      ...skipFields(passwd, 2, { newline: line, end: done }),

      set(start, passwd.position),
      here(inHome),
      ...next(passwd, fileEnds),
      branch(passwd.character, '==', COLON, homeEnds),
      branch(passwd.character, '!=', NEWLINE, inHome),
      jump(homeEnds),
      here(fileEnds),
      compute(passwd.position, passwd.position, '+', 1),
      here(homeEnds),
      // The position is behind the character that ended it.
      compute(length, passwd.position, '-', start),
      compute(length, length, '-', 1),
      branch(length, '<', 1, done),
      branch(length, '>=', PATH_MAX, done),
      set(address, at(variable, prefix.length)),
      sys('pread64', [file, address, length, start], { unless: { errno: 'any' } }),
      jump(done),

      here(skip),
      ...next(passwd, done),
      branch(passwd.character, '!=', NEWLINE, skip),
      jump(line),

      here(done),
      closeFd(file),
    ],
  };
}

/** Where the reading is: `position` is that of the next byte, `character` the last one. */
interface Cursor {
  readonly file: Reg;
  readonly position: Reg;
  readonly byte: Buf;
  readonly character: Reg;
}

/** Reads one byte, or goes to `end`. */
function next({ file, position, byte, character }: Cursor, end: Label): Op[] {
  const count = reg('count');
  return [
    branch(position, '>=', PASSWD_MAX, end),
    sys('pread64', [file, byte, 1, position], { to: count, unless: { errno: 'any', goto: end } }),
    branch(count, '<', 1, end),
    load(byte, 1, character),
    compute(position, position, '+', 1),
  ];
}

/** Reads past that many colons. */
function skipFields(passwd: Cursor, fields: number, to: { newline: Label; end: Label }): Op[] {
  return Array.from({ length: fields }, () => label('in a field')).flatMap((inField) => [
    here(inField),
    ...next(passwd, to.end),
    branch(passwd.character, '==', NEWLINE, to.newline),
    branch(passwd.character, '!=', COLON, inField),
  ]);
}

/** Reads a field that is to be the number `uid`, and its colon. */
function matchUid(passwd: Cursor, uid: number, to: { newline: Label; otherwise: Label; end: Label }): Op[] {
  const { character } = passwd;
  const [value, tens] = [reg('uid'), reg('ten times')];
  const [digit, whole] = [label('a digit'), label('uid read')];
  return [
    // Without a digit it stays -1 and is nobody's.
    set(value, -1),
    here(digit),
    ...next(passwd, to.end),
    branch(character, '==', NEWLINE, to.newline),
    branch(character, '==', COLON, whole),
    branch(character, '<', ZERO, to.otherwise),
    branch(character, '>=', NINE + 1, to.otherwise),
    ...addDigit(value, tens, character),
    branch(value, '>=', 2 ** 32, to.otherwise),
    jump(digit),
    here(whole),
    branch(value, '!=', uid, to.otherwise),
  ];
}

/** value = 10 * max(value, 0) + digit, without a multiplication: 8 and 2 times are shifts. */
function addDigit(value: Reg, tens: Reg, character: Reg): Op[] {
  const begun = label('not the first digit');
  return [
    branch(value, '>=', 0, begun),
    set(value, 0),
    here(begun),
    compute(tens, value, '<<', 3),
    compute(value, value, '<<', 1),
    compute(value, value, '+', tens),
    compute(value, value, '+', character),
    compute(value, value, '-', ZERO),
  ];
}
