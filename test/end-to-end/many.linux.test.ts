import { readdirSync, readFileSync } from 'node:fs';
import { createProgram, createSettings, linuxHostFacts, loadAssembly, readBundle, spawnProgram } from '@standpipe/runtime';
import { bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { specOf } from './specs.js';
import { freshId, standpipe } from './standpipe.js';

function openFds(): number {
  return readdirSync('/proc/self/fd').length;
}

function kernelCount(file: string, line: RegExp): number {
  return Number(line.exec(readFileSync(file, 'utf8'))?.[1]);
}

describe('many containers', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('200 one after another, from one process, leak no fd and no memory', async () => {
    using made = bundle(specOf(['/bin/true']));
    const assembly = await loadAssembly();
    const facts = linuxHostFacts();
    const once = async (): Promise<void> => {
      const read = readBundle(made.path);
      const program = await createProgram(assembly, read, createSettings({ id: freshId(), bundle: made.path }), facts);
      expect(await spawnProgram(program, { stdio: 'ignore' }).exited).to.equal(0);
    };
    for (let i = 0; i < 20; i++) await once();
    const [fds, memory, pidMax] = [openFds(), process.memoryUsage.rss(), kernelCount('/proc/meminfo', /Shmem: +(\d+)/)];
    for (let i = 0; i < 180; i++) await once();
    expect(openFds(), 'fds').to.be.at.most(fds);
    expect(process.memoryUsage.rss() - memory, 'bytes more in memory').to.be.lessThan(64 << 20);
    expect(kernelCount('/proc/meminfo', /Shmem: +(\d+)/) - pidMax, 'KiB more of shared memory').to.be.lessThan(16 << 10);
  });

  it('50 at once, from the command line', async () => {
    using made = bundle(specOf(['/bin/sh', '-c', 'echo $$; sleep 0.2']));
    const ran = await Promise.all(
      Array.from({ length: 50 }, async () => standpipe(['run', '--bundle', made.path, freshId()], { timeoutMs: 90_000 })),
    );
    for (const { code, stdout, stderr } of ran) expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('two of one id: the second is refused, the first goes on', async () => {
    using made = bundle(specOf(['/bin/sh', '-c', 'echo up; read line; echo $line']));
    const assembly = await loadAssembly();
    const id = freshId();
    const program = await createProgram(assembly, readBundle(made.path), createSettings({ id, bundle: made.path }), linuxHostFacts());
    const first = spawnProgram(program, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    first.process.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
    await new Promise((resolve) => first.process.stdout!.once('data', resolve));
    const second = await standpipe(['run', '--bundle', made.path, id]);
    expect(second).to.deep.include({ code: 1, stdout: '', stderr: `standpipe: container with given ID already exists: "${id}"\n` });
    first.process.stdin!.end('still here\n');
    expect(await first.exited).to.equal(0);
    expect(output).to.equal('up\nstill here\n');
  });
});
