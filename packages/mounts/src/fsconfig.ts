import { type Buf, closeFd, here, jump, label, type Op, type OpNotes, raise, type Reg, sys } from '@standpipe/program';
import { FS_CLOEXEC, FSCONFIG } from './constants.js';
import type { DataOption } from './options.js';

export interface MakeFilesystemSettings extends OpNotes {
  readonly say: string;
  readonly type: string;
  readonly source?: string;
  /** Flags of the superblock. */
  readonly superblock?: readonly string[];
  readonly data?: readonly DataOption[];
  /** Further ops on the context, before the superblock is made. */
  readonly configure?: readonly Op[];
  /** As bits of MOUNT_ATTR. */
  readonly attributes?: number;
  readonly context: Reg;
  /** Gets the detached mount. */
  readonly to: Reg;
}

/** One option of a filesystem that is being set up. Each is a call of its own, so a refused one is known by name. */
export function setOption(context: Reg, key: string, value: string | Buf | undefined, { say = '', pointer }: OpNotes): Op {
  const shown = JSON.stringify(typeof value === 'string' ? `${key}=${value}` : key);
  const notes = { say: `${say}: set its option ${shown}`, pointer };
  return value === undefined
    ? sys('fsconfig', [context, FSCONFIG.SET_FLAG, key, null, 0], notes)
    : sys('fsconfig', [context, FSCONFIG.SET_STRING, key, value, 0], notes);
}

/** Makes a filesystem and a detached mount of it. @man fsopen(2), fsconfig(2), fsmount(2) @kernel 5.2 */
export function makeFilesystem(settings: MakeFilesystemSettings): Op[] {
  const { type, source = '', superblock = [], data = [], configure = [], attributes = 0, context, to, say, pointer } = settings;
  const notes = { say, pointer };
  const [unknown, open] = [label(`no ${type}`), label(`${type} open`)];
  return [
    sys('fsopen', [type, FS_CLOEXEC], { to: context, unless: { errno: ['ENODEV'], goto: unknown }, ...notes }),
    jump(open),
    here(unknown),
    raise(`${say}: this kernel has no filesystem of that type`, { pointer }),
    here(open),
    ...(source === '' ? [] : [setOption(context, 'source', source, notes)]),
    ...superblock.map((flag) => setOption(context, flag, undefined, notes)),
    ...data.map(({ key, value }) => setOption(context, key, value, notes)),
    ...configure,
    sys('fsconfig', [context, FSCONFIG.CMD_CREATE, null, null, 0], notes),
    sys('fsmount', [context, FS_CLOEXEC, attributes], { to, ...notes }),
    closeFd(context),
  ];
}
