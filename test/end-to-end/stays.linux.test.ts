import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { shell } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';

describe('who stays with a foreground container', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  async function started(
    script: string,
  ): Promise<{ child: ReturnType<typeof spawn>; output: () => string; exit: Promise<number | null>; made: Disposable }> {
    const made = bundle(shell(script));
    const child = spawn(process.execPath, [standpipePath, 'run', '--bundle', made.path, freshId()], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return { child, output: () => output, exit, made };
  }

  it('is init alone, of a few hundred KiB, and no JavaScript', async () => {
    const { child, exit, made } = await started('echo up; read line');
    using _ = made;
    expect(readlinkSync(`/proc/${String(child.pid)}/exe`)).to.match(/^\/memfd:standpipe-init/);
    const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
    expect(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]), 'KiB').to.be.lessThan(1024);
    expect(Number(/^Threads:\s+(\d+)/m.exec(status)?.[1])).to.equal(1);
    const children = readFileSync(`/proc/${String(child.pid)}/task/${String(child.pid)}/children`, 'utf8')
      .trim()
      .split(' ');
    expect(children).to.have.length(1);
    expect(readFileSync(`/proc/${children[0]!}/cmdline`, 'utf8')).to.match(/^\/bin\/sh/);
    child.stdin?.end('\n');
    expect(await exit).to.equal(0);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGQUIT'] as const) {
    it(`passes ${signal} on`, async () => {
      const { child, output, exit, made } = await started(
        `trap 'echo got it; exit 42' ${signal.slice(3)}; echo up; while :; do sleep 0.05; done`,
      );
      using _ = made;
      child.kill(signal);
      expect(await exit).to.equal(42);
      expect(output()).to.equal('up\ngot it\n');
    });
  }

  it('holds no stream of the container open', async () => {
    // The background process keeps stdout after init of the container... has ended: the kernel kills it with the pid namespace.
    const { child, exit, made, output } = await started('sleep 100 & echo up; exit 5');
    using _ = made;
    expect(await exit).to.equal(5);
    expect(output()).to.equal('up\n');
    expect(child.signalCode).to.equal(null);
  });
});
