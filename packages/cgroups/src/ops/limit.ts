import { closeFd, here, jump, type Label, label, type Op, type OpNotes, raise, type Reg, reg, sys, type Unless } from '@standpipe/program';
import { errnoNumber } from '@standpipe/syscalls';
import type { CgroupWrite } from '../write.js';
import { openFile } from './directory.js';
import { explained } from './refused.js';

const ENOENT = errnoNumber('ENOENT') ?? 0;

/** What an errno of a write means, as far as the file's name alone tells. */
const refusals: readonly (readonly [file: RegExp, meanings: Readonly<Record<string, string>>])[] = [
  [
    /^memory\..*limit_in_bytes$/,
    { EBUSY: 'more than that is in use', EINVAL: 'a limit of memory may not be more than that of memory and swap' },
  ],
  [/^cpu\.(cfs_|max)/, { EINVAL: "a quota is at least 1000, a period 1000 to 1000000, and their ratio no greater than the parent's" }],
  [/^cpu\.rt_/, { EINVAL: 'the cgroup above it has less real-time budget than that' }],
  [
    /^cpuset\./,
    {
      EACCES: 'the cgroup above it has not all of them',
      EINVAL: 'this machine has not all of them',
      ERANGE: 'this machine can never have so many',
    },
  ],
  [/weight/, { ERANGE: 'the weight is out of range', EOPNOTSUPP: "the device's I/O scheduler knows no weights" }],
  [/^(io|blkio|rdma)\./, { ENODEV: 'there is no such device' }],
  [/^devices\./, { EPERM: 'the cgroup above it does not allow that device, or it takes root' }],
];

/** A write, and the cgroup that it goes to. */
export interface Limit {
  readonly write: CgroupWrite;
  /** fd of the cgroup. */
  readonly cgroup: Reg;
  readonly directory: string;
}

/** Writes limits, in their order. The cgroup is a new one, so nothing is in use yet, and `refuseWhen` has nothing to refuse. */
export function writeLimits(limits: readonly Limit[]): Op[] {
  return byFile(limits).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return isPlain(first.write) ? writeAll(first, group) : writeOne(first);
  });
}

/** Neighbours that go to one file are written through one fd: device rules are many. */
function byFile(limits: readonly Limit[]): Limit[][] {
  const groups: Limit[][] = [];
  for (const limit of limits) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isSame = last !== undefined && last.cgroup === limit.cgroup && last.write.file === limit.write.file;
    if (isSame && isPlain(last.write) && isPlain(limit.write)) group?.push(limit);
    else groups.push([limit]);
  }
  return groups;
}

function isPlain({ unless = [], fallback }: CgroupWrite): boolean {
  return unless.length === 0 && fallback === undefined;
}

function notesOf({ value, pointer }: CgroupWrite, file: string, directory: string): OpNotes & { readonly say: string } {
  return { say: `write ${JSON.stringify(value)} to ${JSON.stringify(`${directory}/${file}`)}`, pointer };
}

function writeAll({ write, cgroup, directory }: Limit, group: readonly Limit[]): Op[] {
  const file = reg(write.file);
  const [missing, open] = [label(`no ${write.file}`), label(`${write.file} open`)];
  const notes = notesOf(write, write.file, directory);
  return [
    ...openOr(cgroup, write.file, file, notes, { missing, open }),
    raiseMissing(write, notes),
    here(open),
    ...group.flatMap((one) => writeValue(file, one.write, one.write.value, notesOf(one.write, write.file, directory))),
    closeFd(file),
  ];
}

/** A write that may be in vain, or goes to another file where this one is missing. */
function writeOne({ write, cgroup, directory }: Limit): Op[] {
  const { file, value, unless = [], fallback } = write;
  const fd = reg(file);
  const [missing, open, done] = [label(`no ${file}`), label(`${file} open`), label(`${file} done`)];
  const notes = notesOf(write, file, directory);
  const other = fallback === undefined ? undefined : { ...write, ...fallback };
  const otherwise =
    other === undefined
      ? [unless.includes('ENOENT') ? jump(done) : raiseMissing(write, notes)]
      : [
          openFile(cgroup, other.file, fd, notesOf(other, other.file, directory)),
          ...writeValue(fd, other, other.value, notesOf(other, other.file, directory)),
          jump(done),
        ];
  return [
    ...openOr(cgroup, file, fd, notes, { missing, open }),
    ...otherwise,
    here(open),
    ...writeValue(fd, write, value, notes),
    here(done),
    closeFd(fd),
  ];
}

/** Opens a file and goes to `open`; goes on where it is missing. */
function openOr(cgroup: Reg, file: string, to: Reg, notes: OpNotes, { missing, open }: Readonly<Record<'missing' | 'open', Label>>): Op[] {
  const unless: Unless = { errno: ['ENOENT'], goto: missing };
  return [openFile(cgroup, file, to, { ...notes, unless }), jump(open), here(missing)];
}

function writeValue(fd: Reg, write: CgroupWrite, value: string, notes: OpNotes & { readonly say: string }): Op[] {
  const { file, unless = [] } = write;
  const args = [fd, value, Buffer.byteLength(value)];
  if (unless.length > 0) return [sys('write', args, { ...notes, unless: { errno: unless } })];
  return explained('write', args, notes, refusals.find(([pattern]) => pattern.test(file))?.[1] ?? {});
}

function raiseMissing({ controller, version, pointer }: CgroupWrite, { say }: { readonly say: string }): Op {
  const why =
    version === 2
      ? `this kernel has no such setting, or the ${controller} controller is not enabled here`
      : 'this kernel has no such setting';
  return raise(`${say} (${why})`, { pointer, errno: ENOENT });
}
