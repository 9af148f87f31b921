import { join } from 'node:path';
import { type CgroupDirectory } from './directory.js';
import { belowUse, controllerMissing, writeFailed } from './errors.js';
import { explainWrite } from './explain.js';
import { codeOf, readIfThere, writeValue } from './files.js';
import { nameOf } from './processes.js';
import { valuesBefore } from './restore.js';
import type { CgroupWrite } from './write.js';

/** A write that was made, and what takes it back. */
interface Made {
  readonly path: string;
  readonly value: string;
  readonly before: readonly { readonly path: string; readonly value: string }[];
}

/**
 * Makes the writes, all or none: when one fails, those before it are taken back, the latest first. What can't be taken back is named
 * in the error (`details.inEffect`).
 *
 * @throws SyscallError with `details.pointer` where the config asked for it
 * @throws PlumbingError `CGROUP_LIMIT_BELOW_USE`
 * @throws NotSupportedError a controller that the cgroup doesn't have
 */
export function applyWrites(directories: readonly CgroupDirectory[], writes: readonly CgroupWrite[]): void {
  const placed = checkWrites(directories, writes);
  const made: Made[] = [];
  for (const { write, path } of placed) {
    try {
      make(write, path, made);
    } catch (error) {
      if (write.unless?.includes(codeOf(error) ?? '') === true) continue;
      const inEffect = takeBack(made);
      const { file, value, pointer } = write;
      const explanation = explainWrite({ directory: path, file, value, code: codeOf(error) });
      throw writeFailed(error, { path: join(path, file), value, pointer, explanation, inEffect });
    }
  }
}

/** Finds the cgroup of each write, and refuses those that must not be made now. */
export function checkWrites(
  directories: readonly CgroupDirectory[],
  writes: readonly CgroupWrite[],
): { write: CgroupWrite; path: string }[] {
  const placed = writes.map((write) => ({ write, path: pathOf(directories, write) }));
  for (const { write, path } of placed) checkUse(write, path);
  return placed;
}

function pathOf(directories: readonly CgroupDirectory[], { controller, version }: CgroupWrite): string {
  const directory = directories.find((one) => one.version === version && (version === 2 || one.controllers.includes(controller)));
  if (directory === undefined) throw controllerMissing(controller, nameOf(directories));
  return directory.path;
}

function checkUse({ file, value, pointer, refuseWhen }: CgroupWrite, directory: string): void {
  if (refuseWhen === undefined) return;
  const usage = readIfThere(join(directory, refuseWhen.file))?.trim() ?? '';
  if (/^\d+$/.test(usage) && BigInt(usage) >= BigInt(refuseWhen.atLeast)) throw belowUse(join(directory, file), value, usage, pointer);
}

function make({ file, value, fallback }: CgroupWrite, directory: string, made: Made[]): void {
  try {
    makeOne(join(directory, file), value, made);
  } catch (error) {
    if (fallback === undefined || codeOf(error) !== 'ENOENT') throw error;
    makeOne(join(directory, fallback.file), fallback.value, made);
  }
}

function makeOne(path: string, value: string, made: Made[]): void {
  const before = valuesBefore(path, value);
  writeValue(path, value);
  made.push({ path, value, before });
}

/** Gives those that stayed. */
function takeBack(made: readonly Made[]): { path: string; value: string }[] {
  return made.toReversed().flatMap(({ path, value, before }) => (restore(before) ? [] : [{ path, value }]));
}

function restore(before: Made['before']): boolean {
  try {
    for (const { path, value } of before) writeValue(path, value);
    return before.length > 0;
  } catch {
    return false;
  }
}
