import type { SpecIssue } from '@standpipe/errors';
import { invalidNamespaces } from './errors.js';
import { checkIdMap, type IdMapping } from './id-map.js';
import { type NamespaceKind, namespaceFacts, namespaceKinds } from './kinds.js';

/** One entry of `linux.namespaces`: a new one, or with `path` one that exists. */
export interface NamespaceEntry {
  readonly type: string;
  readonly path?: string | undefined;
}

/** How far a clock of a new time namespace lies ahead of the host's (or behind, when negative). */
export interface TimeOffset {
  readonly secs?: number | undefined;
  readonly nanosecs?: number | undefined;
}

/** The parts of runtime-spec's `linux` that speak of namespaces; a config.json's `linux` object fits. */
export interface NamespacesInput {
  readonly namespaces?: readonly NamespaceEntry[] | undefined;
  readonly uidMappings?: readonly IdMapping[] | undefined;
  readonly gidMappings?: readonly IdMapping[] | undefined;
  readonly timeOffsets?: Readonly<Record<string, TimeOffset | undefined>> | undefined;
}

/** A namespace to join. */
export interface JoinedNamespace {
  readonly kind: NamespaceKind;
  readonly path: string;
  readonly pointer: string;
}

/** What a container's namespaces are to be, checked. */
export interface NamespacesIntent {
  readonly created: ReadonlySet<NamespaceKind>;
  readonly joined: readonly JoinedNamespace[];
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  /** Text for /proc/PID/timens_offsets; empty when no clock is set. */
  readonly timeOffsets: string;
  readonly pointer: string;
}

const clocks = ['monotonic', 'boottime'];

/**
 * Checks the namespaces of a config. `pointer` is where `linux` lies in it, for the issues.
 *
 * @throws SpecError with every issue: unknown kinds, a kind listed twice, relative paths, maps that
 * the kernel would refuse or that have no new user namespace to go to, offsets without a new time namespace.
 */
export function parseNamespaces(input: NamespacesInput, pointer = '/linux'): NamespacesIntent {
  const issues: SpecIssue[] = [];
  const created = new Set<NamespaceKind>();
  const joined: JoinedNamespace[] = [];
  for (const [i, { type, path }] of (input.namespaces ?? []).entries()) {
    const at = `${pointer}/namespaces/${String(i)}`;
    if (!Object.hasOwn(namespaceFacts, type)) {
      issues.push({
        pointer: `${at}/type`,
        message: `there is no kind of namespace called ${JSON.stringify(type)}`,
        expected: `one of ${namespaceKinds.join(', ')}`,
      });
      continue;
    }
    const kind = type as NamespaceKind;
    if (created.has(kind) || joined.some((other) => other.kind === kind)) {
      issues.push({ pointer: at, message: `the ${kind} namespace is listed twice` });
    } else if (path === undefined || path === '') created.add(kind);
    else {
      if (!path.startsWith('/'))
        issues.push({ pointer: `${at}/path`, message: `${JSON.stringify(path)} is relative`, expected: 'an absolute path' });
      if (path.includes('\0')) issues.push({ pointer: `${at}/path`, message: 'the path contains a NUL' });
      joined.push({ kind, path, pointer: `${at}/path` });
    }
  }

  const maps = { uidMappings: input.uidMappings ?? [], gidMappings: input.gidMappings ?? [] };
  for (const [name, mappings] of Object.entries(maps)) {
    if (created.has('user')) issues.push(...checkIdMap(mappings, `${pointer}/${name}`));
    // A joined user namespace has its maps already; configs repeat them there, for mounts.
    else if (mappings.length > 0 && !joined.some(({ kind }) => kind === 'user')) {
      issues.push({
        pointer: `${pointer}/${name}`,
        message: 'there is no user namespace to map ids in',
        expected: 'a namespace of type "user"',
      });
    }
  }
  const timeOffsets = formatOffsets(input, created, pointer, issues);
  if (issues.length > 0) throw invalidNamespaces(issues);
  return { created, joined, ...maps, timeOffsets, pointer };
}

function formatOffsets(input: NamespacesInput, created: ReadonlySet<NamespaceKind>, pointer: string, issues: SpecIssue[]): string {
  let text = '';
  for (const [clock, offset] of Object.entries(input.timeOffsets ?? {})) {
    if (offset === undefined) continue;
    const at = `${pointer}/timeOffsets/${clock}`;
    const { secs = 0, nanosecs = 0 } = offset;
    if (!clocks.includes(clock))
      issues.push({ pointer: at, message: `no clock called ${JSON.stringify(clock)} has an offset`, expected: 'monotonic or boottime' });
    if (!Number.isSafeInteger(secs))
      issues.push({ pointer: `${at}/secs`, message: `${String(secs)} is no number of seconds`, expected: 'an integer' });
    if (!Number.isInteger(nanosecs) || nanosecs < 0 || nanosecs > 999_999_999) {
      issues.push({
        pointer: `${at}/nanosecs`,
        message: `${String(nanosecs)} is no part of a second`,
        expected: 'an integer from 0 to 999999999',
      });
    }
    text += `${clock} ${String(secs)} ${String(nanosecs)}\n`;
  }
  if (text !== '' && !created.has('time')) {
    issues.push({
      pointer: `${pointer}/timeOffsets`,
      message: 'clocks have offsets only in a new time namespace',
      expected: 'a namespace of type "time", without a path',
    });
  }
  return text;
}
