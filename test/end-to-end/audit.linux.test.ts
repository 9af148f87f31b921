import { bundle, needs } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { shell } from './specs.js';
import { standpipe } from './standpipe.js';

describe('standpipe audit', () => {
  before(function () {
    needs(this, 'busybox');
  });

  it('tells what a config lets through, with its place and what to change', async () => {
    using made = bundle(shell('true'));
    const { code, stdout, stderr } = await standpipe(['audit', made.path]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(
      new RegExp(`^${made.path}: \\d+ of 100 \\(1 high, \\d+ medium, \\d+ low\\)\n\nHIGH      it may make every system call`),
    );
    expect(stdout).to.include('\n          at /linux/seccomp: add a profile');
  });

  it('gives JSON, and an exit code for pipelines', async () => {
    using made = bundle(shell('true'));
    const { code, stdout } = await standpipe(['audit', '--json', '--fail-on', 'high', made.path]);
    expect(code).to.equal(2);
    const { bundle: path, score, findings } = JSON.parse(stdout) as { bundle: string; score: number; findings: { severity: string }[] };
    expect(path).to.equal(made.path);
    expect(score).to.be.within(1, 99);
    expect(findings[0]).to.include({ severity: 'high', pointer: '/linux/seccomp' });
    expect((await standpipe(['audit', '--fail-on', 'critical', made.path])).code).to.equal(0);
  });

  it('tells a config that can not be read from one that is too open', async () => {
    expect(await standpipe(['audit', '--fail-on', 'low', '/nowhere'])).to.deep.include({ code: 1, stdout: '' });
  });
});
