import { branch, here, label, load, type Op, type OpNotes, raise, sys } from './op.js';
import { buf, type Reg, reg } from './operand.js';

const STATFS_SIZE = 120;

/** Goes on only if the fd lies on a filesystem of that type, one of `FS_MAGIC`. @man fstatfs(2) */
export function expectFilesystem(fd: Reg, magic: number, notes: OpNotes & { readonly say: string }): Op[] {
  const statfs = buf('statfs', STATFS_SIZE);
  const type = reg('filesystem type');
  const right = label('right filesystem');
  return [
    sys('fstatfs', [fd, statfs], notes),
    load(statfs, 8, type),
    branch(type, '==', magic, right),
    raise(notes.say, { pointer: notes.pointer }),
    here(right),
  ];
}
