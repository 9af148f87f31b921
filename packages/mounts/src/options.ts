import { type Attributes, noAttributes } from './attributes.js';
import { MOUNT_ATTR, PROPAGATION } from './constants.js';
import { splitEscaped } from './split-escaped.js';

/** An option of the filesystem itself: a flag, or with a value. */
export interface DataOption {
  readonly key: string;
  readonly value?: string | undefined;
}

export interface Propagation {
  /** One of PROPAGATION. */
  readonly type: number;
  readonly recursive: boolean;
  /** As the option says it. */
  readonly name: string;
}

/** The options of one mount, sorted by what they are about. */
export interface MountOptions {
  readonly bind: 'no' | 'one' | 'tree';
  readonly remount: boolean;
  /** A tmpfs starts with a copy of what it covers. */
  readonly copyUp: boolean;
  readonly idmap: 'no' | 'one' | 'tree';
  /** Of the mount itself. */
  readonly attributes: Attributes;
  /** Of the mount and all below it. */
  readonly recursive: Attributes;
  /** In their order. */
  readonly propagation: readonly Propagation[];
  /** Of the superblock, by the kernel's names: `ro`, `sync`. */
  readonly superblock: readonly string[];
  /** What no table knows is the filesystem's. */
  readonly data: readonly DataOption[];
}

interface Draft {
  bind: MountOptions['bind'];
  remount: boolean;
  copyUp: boolean;
  idmap: MountOptions['idmap'];
  attributes: Attributes;
  recursive: Attributes;
  propagation: Propagation[];
  superblock: string[];
  data: DataOption[];
}

type Effect = (draft: Draft) => void;

/** Sets or clears a bit; the last option that names it wins. */
function change({ set, clear }: Attributes, bit: number, on: boolean): Attributes {
  return on ? { set: set | bit, clear: clear & ~bit } : { set: set & ~bit, clear: clear | bit };
}

/** The ways to keep access times exclude each other; all are cleared before one is set. */
function changeAtime({ set, clear }: Attributes, way: number): Attributes {
  return { set: (set & ~MOUNT_ATTR.ATIME) | way, clear: clear | MOUNT_ATTR.ATIME };
}

function superblockFlag(draft: Draft, name: string, opposite: string): void {
  draft.superblock = [...draft.superblock.filter((other) => other !== name && other !== opposite), name];
}

const effects = new Map<string, Effect>();

/** Attributes that are on by one name and off by another, each also recursive with an `r` before it. */
for (const [bit, on, off] of [
  [MOUNT_ATTR.RDONLY, 'ro', 'rw'],
  [MOUNT_ATTR.NOSUID, 'nosuid', 'suid'],
  [MOUNT_ATTR.NODEV, 'nodev', 'dev'],
  [MOUNT_ATTR.NOEXEC, 'noexec', 'exec'],
  [MOUNT_ATTR.NODIRATIME, 'nodiratime', 'diratime'],
  [MOUNT_ATTR.NOSYMFOLLOW, 'nosymfollow', 'symfollow'],
] as const) {
  for (const [name, isOn] of [
    [on, true],
    [off, false],
  ] as const) {
    effects.set(name, (draft) => (draft.attributes = change(draft.attributes, bit, isOn)));
    effects.set(`r${name}`, (draft) => (draft.recursive = change(draft.recursive, bit, isOn)));
  }
}

/** What is not one of the two others is the kernel's default, relatime. */
for (const [name, way] of [
  ['noatime', MOUNT_ATTR.NOATIME],
  ['strictatime', MOUNT_ATTR.STRICTATIME],
  ['relatime', MOUNT_ATTR.RELATIME],
  ['atime', MOUNT_ATTR.RELATIME],
  ['nostrictatime', MOUNT_ATTR.RELATIME],
] as const) {
  effects.set(name, (draft) => (draft.attributes = changeAtime(draft.attributes, way)));
  effects.set(`r${name}`, (draft) => (draft.recursive = changeAtime(draft.recursive, way)));
}
effects.set('rnorelatime', (draft) => (draft.recursive = changeAtime(draft.recursive, MOUNT_ATTR.RELATIME)));

for (const [name, type] of [
  ['private', PROPAGATION.PRIVATE],
  ['slave', PROPAGATION.SLAVE],
  ['shared', PROPAGATION.SHARED],
  ['unbindable', PROPAGATION.UNBINDABLE],
] as const) {
  effects.set(name, (draft) => draft.propagation.push({ type, recursive: false, name }));
  effects.set(`r${name}`, (draft) => draft.propagation.push({ type, recursive: true, name: `r${name}` }));
}

for (const [name, opposite] of [
  ['sync', 'async'],
  ['mand', 'nomand'],
  ['lazytime', 'nolazytime'],
] as const) {
  effects.set(name, (draft) => superblockFlag(draft, name, opposite));
  effects.set(opposite, (draft) => superblockFlag(draft, opposite, name));
}
effects.set('dirsync', (draft) => superblockFlag(draft, 'dirsync', 'dirsync'));

effects.set('bind', (draft) => (draft.bind = draft.bind === 'tree' ? 'tree' : 'one'));
effects.set('rbind', (draft) => (draft.bind = 'tree'));
effects.set('remount', (draft) => (draft.remount = true));
effects.set('idmap', (draft) => (draft.idmap = draft.idmap === 'tree' ? 'tree' : 'one'));
effects.set('ridmap', (draft) => (draft.idmap = 'tree'));
effects.set('tmpcopyup', (draft) => (draft.copyUp = true));
effects.set('copyup', (draft) => (draft.copyUp = true));

// The kernel's defaults, and flags that only mount(2) has: filesystems count changes by themselves, and nobody is silent in a log.
for (const name of ['defaults', 'norelatime', 'loud', 'silent', 'iversion', 'noiversion']) effects.set(name, () => undefined);

/** The options that are not the filesystem's own, sorted. */
export const knownMountOptions: readonly string[] = [...effects.keys()].toSorted();

/**
 * Sorts the options of a mount. `ro` and `rw` are of the mount; whoever makes a superblock gives them to it too. Whatever no
 * table knows is data for the filesystem.
 */
export function parseMountOptions(options: readonly string[]): MountOptions {
  const draft: Draft = {
    bind: 'no',
    remount: false,
    copyUp: false,
    idmap: 'no',
    attributes: noAttributes,
    recursive: noAttributes,
    propagation: [],
    superblock: [],
    data: [],
  };
  for (const option of options.flatMap(splitAtCommas)) {
    const effect = effects.get(option);
    if (effect === undefined) draft.data.push(parseData(option));
    else effect(draft);
  }
  return draft;
}

/** One string may hold several options, as in fstab; a comma with a backslash before it is none, nor one in a label of SELinux that is quoted. */
function splitAtCommas(option: string): string[] {
  const plain = option.replaceAll(
    /(?<=^|,)((?:fs|def|root)?context=)"([^"]*)"(?=,|$)/g,
    (_, key: string, label: string) => key + label.replaceAll(',', '\\,'),
  );
  return splitEscaped(plain, ',').filter((part) => part !== '');
}

function parseData(option: string): DataOption {
  const equals = option.indexOf('=');
  if (equals < 0) return { key: option };
  return { key: option.slice(0, equals), value: option.slice(equals + 1).replaceAll('\\,', ',') };
}
