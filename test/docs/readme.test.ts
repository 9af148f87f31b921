import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { difference, run, settle, snapshot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { packages } from '../architecture/workspaces.js';
import { type Compiled, compileExamples, firstExample } from './examples.js';

// Without a main export there is nothing to import: the command line.
const libraries = packages.filter(({ manifest }) => '.' in (manifest.exports ?? {}));
const marker = 'STANDPIPE_README_EXAMPLE';

describe('firstExample', () => {
  it('takes the first block that is TypeScript', () => {
    expect(firstExample('# x\n\n```sh\nls\n```\n```ts\na;\n```\n```ts\nb;\n```\n')).to.equal('a;\n');
  });

  it('does not look below the tenth line, or for what has no end', () => {
    expect(firstExample(`${'\n'.repeat(10)}\`\`\`ts\na;\n\`\`\`\n`)).to.equal(undefined);
    expect(firstExample('```ts\na;\n')).to.equal(undefined);
  });
});

describe("READMEs' examples", () => {
  const examples = new Map<string, string>();
  let compiled: Compiled;

  before(async function () {
    this.timeout(120_000);
    await settle();
    for (const { directory } of libraries) {
      const readme = join(directory, 'README.md');
      const example = existsSync(readme) ? firstExample(readFileSync(readme, 'utf8')) : undefined;
      if (example !== undefined) examples.set(basename(directory), example);
    }
    compiled = compileExamples(examples);
  });

  for (const { directory, manifest } of libraries) {
    const name = basename(directory);

    it(`${manifest.name}: compiles, runs, leaves nothing`, async function () {
      this.timeout(60_000);
      expect(examples.has(name), `a TypeScript example within the first ten lines of packages/${name}/README.md`).to.equal(true);
      expect(compiled.errorsOf(name)).to.deep.equal([]);

      const temporary = mkdtempSync(join(tmpdir(), `standpipe-readme-${name}-`));
      try {
        const earlier = snapshot();
        const ran = await run(process.execPath, [compiled.moduleOf(name)], {
          cwd: temporary,
          env: { ...process.env, TMPDIR: temporary, [marker]: name },
          timeoutMs: 45_000,
        });
        expect(ran.code, `${ran.stdout}${ran.stderr}${ran.signal ?? ''}`).to.equal(0);
        expect(difference(earlier, snapshot()), 'left behind').to.deep.equal([]);
        expect(readdirSync(temporary), 'temporary files left behind').to.deep.equal([]);
        expect(processesOf(name), 'processes left behind').to.deep.equal([]);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    });
  }
});

// One whose parent has ended is nobody's descendant, but its environment tells where it comes from.
function processesOf(name: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${marker}=${name}`);
      } catch {
        return false;
      }
    });
}
