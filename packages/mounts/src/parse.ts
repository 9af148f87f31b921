import { posix } from 'node:path';
import type { SpecIssue } from '@standpipe/errors';
import { FSCONFIG_MAX_VALUE } from './constants.js';
import { mountsInvalid } from './errors.js';
import type { IdMaps, IdmapSource } from './idmap.js';
import type { Mount, MountIntent } from './mount.js';
import { parseMountOptions } from './options.js';
import { absoluteDirectories } from './overlay.js';
import { procPlaceOf } from './proc-safety.js';

export interface ParseMountsSettings {
  /** Absolute path of the bundle: sources of binds are relative to it. */
  readonly bundle: string;
  /** The container's user namespace: what an idmapped mount without mappings of its own takes. */
  readonly userNamespace?: (Partial<IdMaps> & { readonly path?: string | undefined }) | undefined;
  /** Whoever runs this is an ordinary user. */
  readonly rootless?: boolean | undefined;
  /** Where `mounts` lies in the config; `/mounts` when left out. */
  readonly pointer?: string | undefined;
}

type Wrong = (field: string, message: string, expected?: string) => void;

/**
 * Checks `mounts` of a config and says what each is to be.
 *
 * @throws SpecError with every issue found
 */
export function parseMounts(mounts: readonly Mount[], settings: ParseMountsSettings): MountIntent[] {
  const { pointer = '/mounts' } = settings;
  const issues: SpecIssue[] = [];
  const intents = mounts.map((mount, index) => parseMount(mount, settings, `${pointer}/${String(index)}`, issues));
  if (issues.length > 0) throw mountsInvalid(issues);
  return intents;
}

function parseMount(mount: Mount, settings: ParseMountsSettings, pointer: string, issues: SpecIssue[]): MountIntent {
  const wrong: Wrong = (field, message, expected) => {
    issues.push({ pointer: `${pointer}${field}`, message, expected });
  };
  for (const [field, text] of [
    ['destination', mount.destination],
    ['type', mount.type],
    ['source', mount.source],
    ...(mount.options ?? []).map((option, i) => [`options/${String(i)}`, option] as const),
  ] as const) {
    if (text?.includes('\0') === true) wrong(`/${field}`, 'contains a NUL');
  }

  const destination = posix.resolve('/', mount.destination);
  const shown = JSON.stringify(mount.destination);
  if (mount.destination === '' || destination === '/') wrong('/destination', `${shown} is the root itself`, 'a path below the root');

  const options = parseMountOptions(mount.options ?? []);
  // Of a bind the type says nothing; by that name it is one without the option too.
  const bound = options.bind !== 'no' || mount.type === 'bind';
  const kind = options.remount ? 'remount' : bound ? 'bind' : mount.type === 'cgroup' || mount.type === 'cgroup2' ? 'cgroup' : 'filesystem';
  const type = kind === 'bind' ? 'bind' : (mount.type ?? '');

  if (kind === 'filesystem' && type === '')
    wrong('/type', `the mount on ${shown} has no type`, 'a filesystem, or one of the options bind and rbind');
  if (kind === 'bind' && (mount.source ?? '') === '') wrong('/source', `the bind on ${shown} has no source`);
  if (bound && options.data.length > 0) {
    const names = options.data.map(({ key }) => JSON.stringify(key)).join(', ');
    wrong('/options', `a bind takes no option of the filesystem: ${names}`);
  }
  if (options.copyUp && type !== 'tmpfs') wrong('/options', 'only a tmpfs can copy up what it covers');
  for (const { key, value = '' } of type === 'overlay' ? [] : options.data) {
    if (Buffer.byteLength(value) > FSCONFIG_MAX_VALUE)
      wrong('/options', `the value of ${JSON.stringify(key)} is too long`, `at most ${String(FSCONFIG_MAX_VALUE)} bytes`);
  }

  if (kind === 'filesystem' && Buffer.byteLength(mount.source ?? '') > FSCONFIG_MAX_VALUE)
    wrong('/source', `the source of the mount on ${shown} is too long`, `at most ${String(FSCONFIG_MAX_VALUE)} bytes`);

  const place = procPlaceOf(destination);
  if (place === 'inside') wrong('/destination', `${shown} lies in /proc, where nothing may be covered`);
  if (place === 'proc' && kind !== 'remount' && type !== 'proc' && kind !== 'bind')
    wrong('/destination', `${shown} takes nothing but a procfs`);

  const idmap = parseIdmap(mount, options.idmap !== 'no', settings, wrong);
  if (idmap !== undefined && kind !== 'bind') wrong('/options', 'only binds can be idmapped');

  const source = mount.source ?? '';
  const from = kind === 'bind' && source !== '' ? posix.resolve(settings.bundle, source) : source;
  const data = type === 'overlay' ? absoluteDirectories(options.data, settings.bundle) : options.data;
  return { kind, destination, type, source: from, options: { ...options, data }, idmap, pointer };
}

/** Where the mappings come from: mappings of its own make an idmapped mount without the option too. */
function parseIdmap(
  mount: Mount,
  asked: boolean,
  { userNamespace, rootless = false }: ParseMountsSettings,
  wrong: Wrong,
): IdmapSource | undefined {
  const { uidMappings = [], gidMappings = [] } = mount;
  const own = uidMappings.length + gidMappings.length > 0;
  if (!own && !asked) return undefined;
  if (rootless) wrong('/options', 'an idmapped mount needs the privileges of root');
  if (own) {
    if (uidMappings.length === 0) wrong('/uidMappings', 'gidMappings come with no uidMappings');
    if (gidMappings.length === 0) wrong('/gidMappings', 'uidMappings come with no gidMappings');
    return { uidMappings, gidMappings };
  }
  const { path, uidMappings: uids = [], gidMappings: gids = [] } = userNamespace ?? {};
  if (path !== undefined && path !== '') return { path };
  if (uids.length === 0 || gids.length === 0) {
    wrong('/options', 'an idmapped mount has neither mappings nor a user namespace to take them from', 'uidMappings and gidMappings');
  }
  return { uidMappings: uids, gidMappings: gids };
}
