import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** The package's folder, seen from dist/test/services. */
const home = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs a module that assembles plugin `p`, and says whether that loaded inversify: it brings Reflect.getMetadata along. */
function loadsInversify(declaration: string): boolean {
  const script = `
    import { assemble, definePlugin, service } from ${JSON.stringify(new URL('../../src/index.js', import.meta.url).href)};
    const [A, B] = [service('a'), service('b')];
    const p = definePlugin({ id: 'p', api: 1, optional: { b: B }, declare: ({ provide }) => [${declaration}] });
    const assembly = await assemble({ config: { api: 1, plugins: { p: {} } }, plugins: { p } });
    if (assembly.get(A) !== 'made') throw new Error('not made');
    console.log('getMetadata' in Reflect || 'getOwnMetadata' in Reflect);
  `;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  return JSON.parse(printed) as boolean;
}

describe('the injector', () => {
  it('is loaded only where a factory takes dependencies', function () {
    this.timeout(20_000);
    expect(loadsInversify("provide(A, { needs: [], create: () => 'made' })")).to.equal(false);
    expect(loadsInversify("provide(A, () => 'made')")).to.equal(true);
  });

  it('is the only module that knows inversify, and no declaration shows it', () => {
    const naming = (folder: string, end: string): string[] =>
      readdirSync(home + folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith(end))
        .filter((file) => /(from|import\() ?['"]inversify/.test(readFileSync(`${home}${folder}/${file}`, 'utf8')));
    expect(naming('src', '.ts')).to.deep.equal(['services/injector.ts']);
    expect(naming('dist/src', '.d.ts')).to.deep.equal([]);
  });
});
