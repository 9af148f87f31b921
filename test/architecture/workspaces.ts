import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What of a package.json is read here. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export interface Workspace {
  /** From the root: `packages/errors`. */
  readonly path: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

interface ProjectConfig {
  readonly references?: readonly { readonly path: string }[];
}

// From test/dist/architecture.
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** All workspaces, in the order of the root's patterns, which are `folder` or `folder/*`. */
export const workspaces: readonly Workspace[] = (readJson<Manifest>(join(root, 'package.json')).workspaces ?? [])
  .flatMap((pattern) => (pattern.endsWith('/*') ? foldersOf(pattern.slice(0, -2)) : [pattern]))
  .filter((path) => existsSync(join(root, path, 'package.json')))
  .map((path) => ({ path, directory: join(root, path), manifest: readJson<Manifest>(join(root, path, 'package.json')) }));

export const packages = workspaces.filter(({ path }) => path.startsWith('packages/'));
export const plugins = workspaces.filter(({ path }) => path.startsWith('plugins/'));

/** The workspaces that a workspace's tsconfig.json refers to, by path from the root; undefined when it has none. */
export function referencesOf({ directory }: Workspace): string[] | undefined {
  const config = join(directory, 'tsconfig.json');
  if (!existsSync(config)) return undefined;
  return (readJson<ProjectConfig>(config).references ?? []).map(({ path }) => relative(root, join(directory, path)));
}

/** The names of the workspaces that a workspace depends on. */
export function workspaceDependencies({ manifest }: Workspace): string[] {
  const names = new Set(workspaces.map(({ manifest: { name } }) => name));
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter((name) => names.has(name));
}

/** The TypeScript files below a folder of a workspace, by path from the workspace. */
export function sourcesOf({ directory }: Workspace, folder: string): string[] {
  const start = join(directory, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('dist/') && !path.includes('node_modules/'))
    .map((path) => join(folder, path));
}

function foldersOf(path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${path}/${name}`)
    .sort();
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
