import { scopeNameInvalid } from './errors.js';

/** Which unit a container's cgroup is. */
export interface ScopeName {
  /** `machine-web.slice` */
  readonly slice: string;
  /** `libpod-1234.scope` */
  readonly unit: string;
  /** Where systemd puts it: `/machine.slice/machine-web.slice/libpod-1234.scope`, below its own cgroup. */
  readonly path: string;
}

export interface ScopeNameInput {
  /** `slice:prefix:name`. */
  readonly cgroupsPath?: string | undefined;
  /** The container's id: the name when the config says none. */
  readonly id: string;
  /** Whose systemd it is: the slice of a config that says none is `user.slice` for an ordinary user's. */
  readonly manager: 'system' | 'user';
}

const UNIT = /^[A-Za-z0-9:_.\\@-]+$/;
const MAX_UNIT = 255;

/**
 * The unit that a `cgroupsPath` of the form `slice:prefix:name` names: `prefix-name.scope`. A slice's dashes are its place: `a-b.slice` lies in
 * `a.slice`, and `-.slice` is the root.
 *
 * @man systemd.slice(5), systemd.scope(5)
 * @throws SpecError `CGROUPS_PATH_INVALID`
 */
export function scopeName({ cgroupsPath = '', id, manager }: ScopeNameInput): ScopeName {
  const path = cgroupsPath === '' ? `:standpipe:${id}` : cgroupsPath;
  const parts = path.split(':');
  const [slice = '', prefix = '', name = ''] = parts;
  if (parts.length !== 3) throw scopeNameInvalid(path, 'has not three parts');
  if (name === '') throw scopeNameInvalid(path, 'names no unit');
  if (name.endsWith('.slice')) throw scopeNameInvalid(path, 'names a slice, which holds units and no container');
  const unit = `${prefix}-${name}.scope`;
  if (!UNIT.test(unit)) throw scopeNameInvalid(path, `makes the unit ${JSON.stringify(unit)}, and units are letters, digits and ":-_.\\@"`);
  if (unit.length > MAX_UNIT) throw scopeNameInvalid(path, `makes a unit of more than ${String(MAX_UNIT)} characters`);
  const inSlice = slice === '' ? `${manager}.slice` : slice;
  const above = expandSlice(inSlice);
  if (above === undefined)
    throw scopeNameInvalid(path, `begins with ${JSON.stringify(slice)}, which is no slice: "web.slice" is, and "web-front.slice" in it`);
  return { slice: inSlice, unit, path: `${above === '/' ? '' : above}/${unit}` };
}

/** Where a slice lies: `/a.slice/a-b.slice` for `a-b.slice`. Undefined when that is none. */
function expandSlice(slice: string): string | undefined {
  if (slice === '-.slice') return '/';
  const names = slice.replace(/\.slice$/, '').split('-');
  if (!slice.endsWith('.slice') || !UNIT.test(slice) || slice.length > MAX_UNIT || names.includes('')) return undefined;
  return names.map((_, i) => `/${names.slice(0, i + 1).join('-')}.slice`).join('');
}
