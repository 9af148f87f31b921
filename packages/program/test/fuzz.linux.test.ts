import { fileURLToPath } from 'node:url';
import { findProgram, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const script = fileURLToPath(new URL('../../scripts/fuzz-init.mjs', import.meta.url));

describe('mutated programs', () => {
  // npm run fuzz does a million.
  it('are refused or run within their bounds, and judged the same in C and in TypeScript', async function () {
    this.timeout(120_000);
    if (['clang-14', 'clang', 'gcc', 'cc'].every((compiler) => findProgram(compiler) === undefined)) skip(this, 'needs a C compiler');
    const { code, stdout, stderr } = await run(process.execPath, [script, '10000'], { timeoutMs: 110_000 });
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^10000 programs .* 10000 judged the same/);
    // Neither all refused nor all run: then the mutations would be no good.
    const [, refused = 0, ran = 0] = /: (\d+) refused, (\d+) run/.exec(stdout) ?? [];
    expect([refused, ran].map(Number).every((count) => count > 2000)).to.equal(true);
  });
});
