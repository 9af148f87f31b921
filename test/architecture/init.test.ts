import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { root } from './workspaces.js';

const sources = join(root, 'packages/program/init');
const generated = join(root, 'packages/program/src/generated/init-images.ts');

describe('standpipe-init', () => {
  it('stays under 1,000 lines', () => {
    const lines = readdirSync(sources).map((name) => readFileSync(join(sources, name), 'utf8').split('\n').length - 1);
    expect(lines.reduce((sum, count) => sum + count, 0))
      .to.be.greaterThan(0)
      .and.lessThan(1000);
  });

  it('stays under 64 KiB, on every architecture it was built for', () => {
    const images = [...readFileSync(generated, 'utf8').matchAll(/^ {2}(x64|arm64): '([^']+)'/gm)];
    expect(images.map(([, architecture]) => architecture)).to.include(process.arch);
    for (const [, architecture, image = ''] of images) expect(Buffer.from(image, 'base64').length, architecture).to.be.lessThan(64 * 1024);
  });

  it('has no library below it', () => {
    const includes = readdirSync(sources).flatMap((name) => [
      ...readFileSync(join(sources, name), 'utf8').matchAll(/^#include <([^>]+)>/gm),
    ]);
    const allowed = /^(linux|asm|asm-generic)\/|^(stdint|stddef|stdbool)\.h$/;
    expect(includes.map(([, header = '']) => header).filter((header) => !allowed.test(header))).to.deep.equal([]);
  });
});
