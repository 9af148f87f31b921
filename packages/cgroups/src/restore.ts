import { basename, dirname, join } from 'node:path';
import { readIfThere } from './files.js';
import { linesOf } from './stats/count.js';

interface Value {
  readonly path: string;
  readonly value: string;
}

/** What to write for a device, or interface, that a file with a line for each doesn't name. */
const unset: readonly (readonly [file: RegExp, value: string | undefined])[] = [
  [/^io\.max$/, 'rbps=max wbps=max riops=max wiops=max'],
  [/^io\.latency$/, 'target=0'],
  [/^(io|io\.bfq)\.weight$/, 'default'],
  [/^blkio\..*weight_device$/, 'default'],
  [/^blkio\.throttle\..*_device$/, '0'],
  [/^rdma\.max$/, 'hca_handle=max hca_object=max'],
  // These name all there are.
  [/^(misc\.max|net_prio\.ifpriomap)$/, undefined],
];

/** The writes that bring back what a write of `value` changes; none where that can't be known. */
export function valuesBefore(path: string, value: string): Value[] {
  const file = basename(path);
  if (file === 'devices.allow' || file === 'devices.deny') return deviceRules(dirname(path));
  const text = readIfReadable(path);
  if (text === undefined) return [];
  if (file === 'memory.oom_control') return [{ path, value: /oom_kill_disable (\d)/.exec(text)?.[1] ?? '0' }];
  const keyed = unset.find(([pattern]) => pattern.test(file));
  if (keyed === undefined) return [{ path, value: text.trimEnd() }];
  const [key, found] = lineFor(text, value);
  const line = found ?? (keyed[1] === undefined ? undefined : `${key} ${keyed[1]}`);
  return line === undefined ? [] : [{ path, value: line }];
}

/** Some files can only be written. */
function readIfReadable(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch {
    return undefined;
  }
}

/** The key that a write is about, and the line that the file has for it. A lone number is the default's. */
function lineFor(text: string, value: string): [key: string, line: string | undefined] {
  const words = value.trim().split(/\s+/);
  const key = words.length > 1 ? (words[0] ?? '') : 'default';
  return [key, linesOf(text).find((line) => line.split(/\s+/)[0] === key)];
}

/** What devices.list has, from nothing: the two files that change it can't be read. */
function deviceRules(directory: string): Value[] {
  const rules = linesOf(readIfThere(join(directory, 'devices.list')));
  const allow = join(directory, 'devices.allow');
  if (rules.some((rule) => rule.startsWith('a '))) return [{ path: allow, value: 'a' }];
  return [{ path: join(directory, 'devices.deny'), value: 'a' }, ...rules.map((value) => ({ path: allow, value }))];
}
