import { AT, S_IFMT, STATX } from '@standpipe/syscalls';
import { at, branch, buf, type InodeExpectation, type Label, load, type Op, type OpNotes, type Reg, reg, statxField, sys } from '@standpipe/program';

/** Goes to `otherwise` unless the open fd is what is expected. Where the wrong thing is no error yet; else see `expectInode`. */
export function branchUnlessInode(fd: Reg, expected: InodeExpectation, otherwise: Label, notes: OpNotes): Op[] {
  const stat = buf('statx', 256);
  const value = reg('stat');
  const ops: Op[] = [
    sys('statx', [fd, '', AT.EMPTY_PATH, STATX.BASIC_STATS, stat], notes),
    load(at(stat, statxField.mode.offset), statxField.mode.size, value),
    branch(value, '!=', expected.type, otherwise, S_IFMT),
  ];
  for (const [field, number] of [['rdevMajor', expected.major], ['rdevMinor', expected.minor]] as const) {
    if (number === undefined) continue;
    ops.push(load(at(stat, statxField[field].offset), statxField[field].size, value), branch(value, '!=', number, otherwise));
  }
  return ops;
}
