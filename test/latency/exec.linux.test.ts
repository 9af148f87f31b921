import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executableOf } from '@standpipe/program';
import { createSettings, execProgram, linuxHostFacts, loadAssembly, processLike, readTarget } from '@standpipe/runtime';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { peer, whileHugetlb, withHugetlb } from '../conformance/peer.js';
import { waiting } from '../end-to-end/exec-container.js';
import { standpipePath } from '../end-to-end/standpipe.js';
import { Programs, type Timing, timePaired } from './paired.js';

/** Of the program alone, with no JavaScript before it. */
const mostTimesOfCrun = 0.6;

function say(what: string, { least, median }: Timing, than: string, other: Timing): void {
  console.log(
    `      ${what} ${least}/${median} µs, ${than} ${other.least}/${other.median} µs (least/median): ${(least / other.least).toFixed(2)} times`,
  );
}

describe('exec', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    needs(this, 'crun');
  });
  leaveNothing({ ignore: ['state'] });

  it(`as a program: at most ${String(mostTimesOfCrun)} of crun's time`, async function () {
    const crun = needs(this, 'crun');
    using programs = new Programs();
    // Debian 12's peers know no newer version of the specification.
    await using container = await waiting({ change: (config) => (config.ociVersion = '1.0.2') });
    const target = readTarget(container.root, container.id);
    const settings = createSettings({ id: container.id, bundle: target.bundle, stateRoot: container.root });
    const executed = processLike(target.process, { args: ['/bin/true'] });
    const { program } = await execProgram(await loadAssembly(), target, executed, settings, linuxHostFacts());
    const ours = join(container.root, 'exec');
    writeFileSync(ours, executableOf(program), { mode: 0o755 });

    const theirRoot = join(container.root, 'crun');
    const id = `${container.id}-crun`;
    await whileHugetlb(async () => {
      const [command = '', ...words] = withHugetlb([crun, '--root', theirRoot, 'run', '--detach', '--bundle', container.made.path, id]);
      const child = spawn(command, words, { stdio: 'ignore' });
      expect(await new Promise((resolve) => child.once('exit', resolve))).to.equal(0);
      try {
        // The hierarchy that crun insists on is mounted once, around both.
        const theirExec = [crun, '--root', theirRoot, 'exec', id, '/bin/true'];
        const [wrapper = '', ...paired] = withHugetlb([await programs.compile('paired'), '40', ours, '--', ...theirExec]);
        const { stdout, stderr } = await run(wrapper, paired, { timeoutMs: 60_000 });
        const [own, theirs] = stdout
          .trim()
          .split('\n')
          .map((timing) => timing.split(' ').map(Number))
          .map(([least = 0, median = 0]): Timing => ({ least, median }));
        if (own === undefined || theirs === undefined) throw new Error(stderr);
        say('program', own, 'crun exec', theirs);
        const [line, empty] = await timePaired(
          programs,
          10,
          [process.execPath, standpipePath, '--root', container.root, 'exec', container.id, '/bin/true'],
          [process.execPath, '-e', '0'],
        );
        say('standpipe exec', line, 'node -e 0', empty);
        expect(Math.min(own.least / theirs.least, own.median / theirs.median)).to.be.at.most(mostTimesOfCrun);
      } finally {
        expect((await peer('crun', ['--root', theirRoot, 'delete', '--force', id])).code).to.equal(0);
      }
    });
  });
});
