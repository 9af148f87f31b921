import { expect } from 'chai';
import { describe, it } from 'mocha';
import { packageOf, parseImports } from './imports.js';

describe('parseImports', () => {
  const cases: [text: string, specifier: string, typeOnly: boolean][] = [
    [`import { a } from 'x';`, 'x', false],
    [`import {\n  type A,\n  b,\n} from 'x';`, 'x', false],
    [`import { type A, type B } from '@s/x';`, '@s/x', true],
    [`import type { A } from 'x';`, 'x', true],
    [`import * as a from 'x';`, 'x', false],
    [`import a, { type B } from 'x';`, 'x', false],
    [`export { a } from './x.js';`, './x.js', false],
    [`export type { A } from './x.js';`, './x.js', true],
    [`import 'x';`, 'x', false],
    [`const x = await import('x');`, 'x', false],
    [`createRequire(import.meta.url)('koffi'); require('x')`, 'x', false],
  ];
  for (const [text, specifier, typeOnly] of cases) {
    it(text.replaceAll('\n', ' '), () => {
      expect(parseImports(text)).to.deep.include({ specifier, typeOnly });
    });
  }

  it('leaves comments out', () => {
    expect(parseImports(`/**\n * import { a } from 'x';\n */\n// import 'y';\nexport const a = 1;`)).to.deep.equal([]);
  });
});

describe('packageOf', () => {
  it('cuts what is behind the name', () => {
    expect(['@s/x/y', 'x/y/z', 'x', './x.js', 'node:fs'].map(packageOf)).to.deep.equal(['@s/x', 'x', 'x', undefined, undefined]);
  });
});
