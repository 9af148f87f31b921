import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cgroup, createCgroup, type LinuxResources, openCgroup, planResources, readCgroupLayout } from '@standpipe/cgroups';
import { bundle, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { specOf } from '../end-to-end/specs.js';
import { freshId } from '../end-to-end/standpipe.js';

/** What a cgroup is set to: file to content. */
export type Settings = Readonly<Record<string, string>>;

/** Resources that runc and ours are given. */
export interface ResourcesCase {
  readonly resources: LinuxResources;
  /** Files that must come out, lest a case compare nothing. */
  readonly sets: readonly string[];
  /** Files that Debian's runc, 1.1.5, sets otherwise. */
  readonly differs?: Readonly<Record<string, { readonly theirs: string; readonly ours: string; readonly why: string }>>;
}

// Written to as well, but no settings: who is in it, counters to be reset, and commands.
const noSetting =
  /^(tasks|cgroup\.(procs|threads|kill|event_control|clone_children|pressure)|.*\.(failcnt|max_usage_in_bytes|pressure|peak|reclaim|force_empty|pressure_level|reset_stats)|cpuacct\..*|devices\..*|freezer\..*)$/;

/** What a cgroup is set to, in all hierarchies. */
export function settingsOf({ directories }: Cgroup): Settings {
  const settings: Record<string, string> = {};
  for (const { path } of directories) {
    for (const name of readdirSync(path)) {
      const file = join(path, name);
      const { mode } = statSync(file);
      if (noSetting.test(name) || (mode & 0o600) !== 0o600 || (mode & 0o170_000) !== 0o100_000) continue;
      settings[name] = contentOf(file);
    }
  }
  return settings;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    // A file may be there that can't be read: of a scheduler without group scheduling.
    return `(${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`;
  }
}

/** A path from the root of each hierarchy, that no other test has. */
export function freshCgroup(): string {
  return `/standpipe-${freshId()}`;
}

/** What runc sets a container's cgroup to, or what it says when it refuses. */
export async function settingsOfRunc(runc: string, resources: LinuxResources): Promise<Settings | string> {
  const cgroupsPath = freshCgroup();
  using made = bundle(
    specOf(['/bin/true'], (config) => {
      Object.assign(config, { ociVersion: '1.0.2' });
      Object.assign(config.linux!, { cgroupsPath, resources });
    }),
  );
  const root = mkdtempSync(join(tmpdir(), 'standpipe-runc-'));
  const id = freshId();
  try {
    // The container's process keeps the streams: they have to be files, for what runc says to have an end.
    const script = '"$1" --root "$2" create --bundle "$3" "$4" </dev/null >"$2.log" 2>&1; code=$?; cat "$2.log"; rm "$2.log"; exit $code';
    const { code, stdout } = await run('/bin/sh', ['-c', script, 'sh', runc, root, made.path, id]);
    return code === 0 ? settingsOf(openCgroup(cgroupsPath)) : stdout;
  } finally {
    await run(runc, ['--root', root, 'delete', '--force', id]);
    rmSync(root, { recursive: true, force: true });
  }
}

/** What the same resources make of a cgroup of ours. */
export async function settingsOfOurs(resources: LinuxResources): Promise<Settings> {
  const layout = readCgroupLayout();
  const { writes } = planResources(resources, layout);
  await using cgroup = createCgroup(freshCgroup(), { layout });
  cgroup.apply(writes);
  return settingsOf(cgroup);
}

/** Gives the same to both and compares every setting of the cgroups that come out. */
export async function compareWithRunc(runc: string, { resources, sets, differs = {} }: ResourcesCase): Promise<void> {
  const theirs = await settingsOfRunc(runc, resources);
  if (typeof theirs === 'string') expect.fail(theirs);
  const ours = await settingsOfOurs(resources);
  const untouched = await settingsOfOurs({});
  for (const file of sets) expect(ours[file], `${file} is set`).not.to.equal(untouched[file]);
  const expected = { ...theirs };
  for (const [file, difference] of Object.entries(differs)) {
    expect({ theirs: theirs[file], ours: ours[file] }, `${file}: ${difference.why}`).to.deep.equal({
      theirs: difference.theirs,
      ours: difference.ours,
    });
    expected[file] = difference.ours;
  }
  expect(ours).to.deep.equal(expected);
}
