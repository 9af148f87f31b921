import { fileURLToPath } from 'node:url';
import { leaveNothing, needs, needsRoot, run, type Ran } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';

const program = fileURLToPath(new URL('../src/limit-a-process.js', import.meta.url));
const limited = async (...args: string[]): Promise<Ran> => run(process.execPath, [program, ...args]);

describe('limit-a-process', function () {
  this.timeout(30_000);
  before(function () {
    needsRoot(this);
  });
  leaveNothing();

  it('runs a program, gives its output and its code, and says what it used', async () => {
    const { code, stdout, stderr } = await limited('--', 'sh', '-c', 'echo hello; exit 3');
    expect({ code, stdout }).to.deep.equal({ code: 3, stdout: 'hello\n' });
    expect(stderr).to.match(/^cpu \d+% {2}memory \d+\.\d of 64 MiB {2}pids 0 of 20\n$/m);
  });

  it('lets it have half a CPU, and shows that live', async () => {
    const { stderr } = await limited('--cpus', '0.5', '--', 'timeout', '2', 'sh', '-c', 'while :; do :; done');
    const percents = [...stderr.matchAll(/cpu (\d+)%/g)].map(([, percent]) => Number(percent));
    expect(percents.length).to.be.greaterThan(2);
    // At least something: this machine may be busy elsewhere. A look that comes early or late sees part of a period, so not each, but most.
    const median = percents.toSorted((a, b) => a - b)[Math.floor(percents.length / 2)];
    expect(median).to.be.within(1, 65);
  });

  it('has the kernel kill what takes too much memory', async () => {
    const { code, stderr } = await limited('--memory', '16', '--', 'tail', '/dev/zero');
    expect(code).to.equal(137);
    expect(stderr).to.include('out of memory');
  });

  it('lets it start no more processes than it may, and leaves none behind', async function () {
    needs(this, 'perl');
    const { stdout } = await limited(
      '--pids',
      '5',
      '--',
      'perl',
      '-e',
      'for (1..20) { my $p = fork; exec "sleep", "60" if defined $p && !$p; $n++ if $p } print $n',
    );
    expect(stdout).to.equal('4');
  });
});
