import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { skip } from '@standpipe/test-support';
import { before, describe, it } from 'mocha';
import { root } from './workspaces.js';

// In pieces, so that this file passes too.
const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a path of one machine', new RegExp(['(?<![\\w.}\\])/-])', 'work', ''].join('/'))],
  ['a registry', new RegExp(`https?://[\\w.-]*\\b(${['registry', 'deb', 'mirror', 'pypi'].join('|')})[\\w.-]*[/:]`, 'i')],
];

describe('files', () => {
  let files: string[];

  before(function () {
    if (!existsSync(join(root, '.git'))) skip(this, 'not a git checkout');
    files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(root, path)) && lstatSync(join(root, path)).isFile());
  });

  it('are searched for what is forbidden', () => {
    const kindsOf = (line: string): string[] => forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => what);
    expect(kindsOf(`see ${['', 'work', 'notes'].join('/')}`)).to.deep.equal(['a path of one machine']);
    expect(kindsOf(['https:', '', ['registry', 'example', 'org'].join('.'), 'x'].join('/'))).to.deep.equal(['a registry']);
    expect(kindsOf(`join(lower}${['', 'work', 'upper'].join('/')}) https://example.org/`)).to.deep.equal([]);
  });

  it('name no machine and no registry', () => {
    const found = files.flatMap((path) => {
      const lines = readFileSync(join(root, path), 'utf8').split('\n');
      return lines.flatMap((line, at) =>
        forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${path}:${at + 1}: ${what}`),
      );
    });
    expect(found).to.deep.equal([]);
  });

  it('record no address to download from', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const found = Object.entries(packages).filter(([, { resolved }]) => resolved?.includes('://') === true);
    expect(found.map(([path]) => path)).to.deep.equal([]);
  });
});
