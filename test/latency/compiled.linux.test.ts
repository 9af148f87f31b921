import { join } from 'node:path';
import { findProgram, leaveNothing, needs, needsRoot, bundle, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { whileHugetlb, withHugetlb } from '../conformance/peer.js';
import { specOf } from '../end-to-end/specs.js';
import { standpipe, standpipePath } from '../end-to-end/standpipe.js';
import { Programs, type Timing, timePaired } from './paired.js';

const mostTimesOfCrun = 0.6;
/** Of containers one after the other, and of their cgroups. */
const id = `standpipe-latency-${String(process.pid)}`;

function say(what: string, { least, median }: Timing, than: string, other: Timing): void {
  console.log(
    `      ${what} ${least}/${median} µs, ${than} ${other.least}/${other.median} µs (least/median): ${(least / other.least).toFixed(2)} times`,
  );
}

describe('start of a container', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  // Debian 12's peers know no newer version of the specification.
  const config = { ...specOf(['/bin/true']), ociVersion: '1.0.2' };

  it(`compiled: at most ${String(mostTimesOfCrun)} of crun's time`, async function () {
    const crun = needs(this, 'crun');
    using programs = new Programs();
    using made = bundle(config);
    const app = join(made.path, 'app');
    expect((await standpipe(['compile', '--id', id, '--bundle', made.path, '--output', app, '--strip-notes'])).code).to.equal(0);
    const ratio = await whileHugetlb(async () => {
      const paired = await programs.compile('paired');
      // The hierarchy that crun insists on is mounted once, around both.
      const [command = '', ...words] = withHugetlb([paired, '60', app, '--', crun, 'run', '--bundle', made.path, id]);
      const { stdout, stderr } = await run(command, words, { timeoutMs: 60_000 });
      const [ours, theirs] = stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map(Number))
        .map(([least = 0, median = 0]) => ({ least, median }));
      if (ours === undefined || theirs === undefined) throw new Error(stderr);
      say('compiled', ours, 'crun run', theirs);
      return Math.min(ours.least / theirs.least, ours.median / theirs.median);
    });
    expect(ratio).to.be.at.most(mostTimesOfCrun);
  });

  it("from the command line: Node's start, and little more", async function () {
    using programs = new Programs();
    using made = bundle(config);
    const [ours, empty] = await timePaired(
      programs,
      20,
      [process.execPath, standpipePath, 'run', '--bundle', made.path, id],
      [process.execPath, '-e', '0'],
    );
    say('standpipe run', ours, 'node -e 0', empty);
    if (findProgram('runc') !== undefined) {
      const [again, theirs] = await timePaired(
        programs,
        20,
        [process.execPath, standpipePath, 'run', '--bundle', made.path, id],
        [findProgram('runc')!, 'run', '--bundle', made.path, id],
      );
      say('standpipe run', again, 'runc run', theirs);
    }
    expect(ours.least - empty.least, "our own share and the container's").to.be.lessThan(120_000);
  });
});
