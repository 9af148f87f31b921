import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { referencesOf, root, type Workspace, workspaceDependencies, workspaces } from './workspaces.js';

const compiled = workspaces.filter((workspace) => referencesOf(workspace) !== undefined);
const whole = compiled.find(({ path }) => path === 'test') as Workspace;
const byName = new Map(compiled.map((workspace) => [workspace.manifest.name, workspace]));

describe('project references', () => {
  for (const workspace of compiled.filter(({ path }) => path !== 'test')) {
    it(`${workspace.path} refers to what it depends on`, () => {
      const depended = workspaceDependencies(workspace).flatMap((name) => byName.get(name)?.path ?? []);
      expect(referencesOf(workspace)?.toSorted()).to.deep.equal(depended.toSorted());
    });
  }

  it('test refers to every project', () => {
    const others = compiled.filter(({ path }) => path !== 'test').map(({ path }) => path);
    expect(referencesOf(whole)?.toSorted()).to.deep.equal(others.toSorted());
  });

  it('every package and plugin is a project', () => {
    const missing = workspaces.filter(({ path }) => /^(packages|plugins)\//.test(path) && !compiled.some((other) => other.path === path));
    expect(missing.map(({ path }) => path)).to.deep.equal([]);
  });
});

describe('versions', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'lerna.json'), 'utf8')) as { version: string };

  it('workspaces ask for each other in the version that lerna gives', () => {
    const wrong = workspaces.flatMap(({ path, manifest }) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([name, wanted]) => byName.get(name)?.manifest.private !== true && byName.has(name) && wanted !== version)
        .map(([name, wanted]) => `${path}: ${name} ${wanted}`),
    );
    expect(wrong).to.deep.equal([]);
  });
});
