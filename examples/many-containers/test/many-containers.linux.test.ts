import { fileURLToPath } from 'node:url';
import { bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';

const program = fileURLToPath(new URL('../src/many-containers.js', import.meta.url));

describe('many-containers', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('runs twenty at once, and has the output of each', async () => {
    using made = bundle({});
    const { code, stdout, stderr } = await run(process.execPath, [
      program,
      made.path,
      '--',
      '/bin/sh',
      '-c',
      'echo "$NUMBER is $(hostname), process $$"',
    ]);
    const lines = Array.from({ length: 20 }, (_, i) => `${String(i).padStart(3)}  ${String(i)} is number-${String(i)}, process 1\n`);
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: lines.join('') });
    expect(stderr).to.match(/^20 containers in \d+ ms\n$/);
  });

  it('tells which of them failed, and how', async () => {
    using made = bundle({});
    const script = 'test "$NUMBER" != 1 || { echo no >&2; exit 7; }';
    const { code, stdout } = await run(process.execPath, [program, made.path, '--count', '3', '--', '/bin/sh', '-c', script]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '  0  \n  1    (no)  code 7\n  2  \n' });
  });
});
