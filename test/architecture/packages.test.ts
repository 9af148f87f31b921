import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { packages, plugins, sourcesOf } from './workspaces.js';

describe('packages', () => {
  for (const workspace of [...packages, ...plugins]) {
    const { directory, path, manifest } = workspace;

    it(`${manifest.name} says what it is`, () => {
      expect(manifest.description, 'description').to.match(/\.$/);
      expect(manifest.license, 'license').to.equal('Apache-2.0');
      expect(manifest.type, 'type').to.equal('module');
      expect(manifest.engines?.['node'], 'engines.node').to.equal('>=20.19');
      expect(manifest.files, 'files').to.include('README.md');
      expect(manifest.exports, 'exports').to.include.keys('./package.json');
      expect(manifest.private, 'private').to.equal(undefined);
    });

    it(`${manifest.name} has a README that starts with it`, () => {
      const readme = join(directory, 'README.md');
      expect(existsSync(readme), `${path}/README.md`).to.equal(true);
      const text = readFileSync(readme, 'utf8');
      expect(text.split('\n')[0]).to.match(new RegExp(`^# ${manifest.name}\\b`));
      // One without a main export is no library: its example is a command.
      const language = path.startsWith('packages/') && '.' in (manifest.exports ?? {}) ? 'ts' : '(ts|sh|json|toml)';
      expect(
        text
          .split('\n')
          .slice(0, 10)
          .some((line) => new RegExp(`^\`\`\`${language}$`).test(line)),
        `an example in the first ten lines`,
      ).to.equal(true);
    });

    it(`${manifest.name} exports by name`, () => {
      const wrong = sourcesOf(workspace, 'src').flatMap((source) => {
        const text = readFileSync(join(directory, source), 'utf8');
        const isPlugin = path.startsWith('plugins/') && source === 'src/index.ts';
        return [
          ...(/^export \*/m.test(text) ? [`${source}: export *`] : []),
          ...(!isPlugin && /^export default\b|^export \{[^}]*\bas default\b/m.test(text) ? [`${source}: export default`] : []),
        ];
      });
      expect(wrong).to.deep.equal([]);
    });
  }

  for (const { directory, manifest } of plugins) {
    it(`${manifest.name} has the default export that assemblies load`, () => {
      expect(readFileSync(join(directory, 'src/index.ts'), 'utf8')).to.match(/^export default\b/m);
    });
  }
});
