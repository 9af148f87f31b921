import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { floorOf, libraryFloor, whyNot } from './floors.js';
import { type Import, packageOf, parseImports } from './imports.js';
import { packages, plugins, sourcesOf, type Workspace, workspaces } from './workspaces.js';

const byName = new Map(workspaces.map((workspace) => [workspace.manifest.name, workspace]));
const nativeDoors = ['koffi', 'bun'];
const forAllPlugins = ['@standpipe/errors', '@standpipe/kernel', '@standpipe/oci-spec', '@standpipe/program', '@standpipe/runtime-api'];

interface Found extends Import {
  readonly path: string;
}

function importsOf(workspace: Workspace, folder: string): Found[] {
  return sourcesOf(workspace, folder).flatMap((path) =>
    parseImports(readFileSync(join(workspace.directory, path), 'utf8')).map((found) => ({ ...found, path: join(workspace.path, path) })),
  );
}

function ours(names: Iterable<string | undefined>): string[] {
  return [...new Set(names)].filter((name) => name?.startsWith('@standpipe/') === true) as string[];
}

describe('whyNot', () => {
  it('lets a package import from below', () => {
    expect(whyNot('@standpipe/mounts', '@standpipe/program')).to.equal(undefined);
    expect(whyNot('@standpipe/oci-spec', '@standpipe/errors')).to.equal(undefined);
    expect(whyNot('@standpipe/runtime', '@standpipe/plugin-mounts')).to.equal(undefined);
  });

  it('lets none import from above, from beside or, in the kernel, from Linux', () => {
    expect(whyNot('@standpipe/mounts', '@standpipe/kernel')).to.contain('floor');
    expect(whyNot('@standpipe/mounts', '@standpipe/devices')).to.contain('floor');
    expect(whyNot('@standpipe/kernel', '@standpipe/syscalls')).to.contain('only');
    expect(whyNot('@standpipe/runtime-api', '@standpipe/mounts')).to.contain('only');
    expect(whyNot('@standpipe/unheard-of', '@standpipe/errors')).to.contain('on no floor');
  });
});

describe('floors', () => {
  for (const workspace of [...packages, ...plugins]) {
    const { name, dependencies = {}, devDependencies = {} } = workspace.manifest;

    it(`${name} depends on and imports what is below`, () => {
      const imported = importsOf(workspace, 'src').map(({ specifier }) => packageOf(specifier));
      const reasons = ours([...Object.keys(dependencies), ...imported]).map((other) => whyNot(name, other));
      expect(reasons.filter(Boolean)).to.deep.equal([]);
      expect(floorOf(name), `${name} is on no floor: put it on one in floors.ts`).to.be.a('number');
    });

    it(`${name} declares what it imports`, () => {
      const undeclared = (folder: string, declared: object): string[] =>
        importsOf(workspace, folder)
          .map(({ specifier, path }) => ({ imported: packageOf(specifier), path }))
          .filter(({ imported }) => imported !== undefined && !(imported in declared) && imported !== 'bun:ffi' && imported !== name)
          .map(({ imported, path }) => `${path}: ${imported ?? ''}`);
      expect(undeclared('src', dependencies)).to.deep.equal([]);
      // The root has mocha, chai and the build's tools for all tests.
      const forTests = { ...dependencies, ...devDependencies, chai: '', esbuild: '', mocha: '', typescript: '' };
      expect(undeclared('test', forTests)).to.deep.equal([]);
    });

    it(`${name} imports other packages by an exported name`, () => {
      const wrong = [...importsOf(workspace, 'src'), ...importsOf(workspace, 'test')].filter(({ specifier, path }) => {
        if (specifier.startsWith('.')) return !join(path, '..', specifier).startsWith(`${workspace.path}/`);
        const other = byName.get(packageOf(specifier) ?? '');
        const subpath = `.${specifier.slice(other?.manifest.name.length)}`;
        return other !== undefined && !(subpath in (other.manifest.exports ?? {}));
      });
      expect(wrong.map(({ specifier, path }) => `${path}: ${specifier}`)).to.deep.equal([]);
    });
  }

  it('only syscalls opens the native door', () => {
    const others = workspaces.filter(({ manifest: { name } }) => name !== '@standpipe/syscalls');
    const found = others
      .flatMap((workspace) => importsOf(workspace, 'src'))
      .filter(({ specifier }) => nativeDoors.includes(packageOf(specifier)?.split(':')[0] ?? ''));
    expect(found).to.deep.equal([]);
    expect(others.filter(({ manifest }) => 'koffi' in (manifest.dependencies ?? {}))).to.deep.equal([]);
  });

  it('test-support is for tests', () => {
    const found = [...packages, ...plugins]
      .flatMap((workspace) => importsOf(workspace, 'src'))
      .filter(({ specifier }) => specifier.includes('test-support'));
    expect(found).to.deep.equal([]);
  });
});

describe('plugins', () => {
  for (const plugin of plugins) {
    const { name, dependencies = {} } = plugin.manifest;

    it(`${name} adapts one library`, () => {
      const wanted = ours(Object.keys(dependencies)).filter((other) => !forAllPlugins.includes(other));
      expect(wanted.filter((other) => floorOf(other) !== libraryFloor)).to.deep.equal([]);
      expect(wanted).to.have.lengthOf.at.most(1);
    });

    it(`${name} takes only types from program`, () => {
      const values = importsOf(plugin, 'src').filter(({ specifier, typeOnly }) => specifier === '@standpipe/program' && !typeOnly);
      expect(values.map(({ path }) => path)).to.deep.equal([]);
    });

    it(`${name} is thin`, () => {
      const lines = sourcesOf(plugin, 'src').map((path) => readFileSync(join(plugin.directory, path), 'utf8').split('\n').length - 1);
      const total = lines.reduce((sum, count) => sum + count, 0);
      if (total > 100) console.log(`${name}: ${total} lines; over 100 an adapter usually hides library code`);
      expect(total).to.be.at.most(130);
    });
  }
});
