import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { shell, specOf } from './specs.js';
import { freshId, standpipe } from './standpipe.js';

describe('standpipe compile', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('makes one small executable that is the container, with nothing of Node in it', async () => {
    using made = bundle(shell('echo "$$ $(hostname)"; cat; exit 9'));
    const app = join(made.path, 'app');
    const { code, stdout, stderr } = await standpipe(['compile', '--bundle', made.path, '--output', app, '--strip-notes']);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect(statSync(app).size).to.be.lessThan(160 << 10);
    expect(statSync(app).mode & 0o777).to.equal(0o755);
    const ran = await run(app, [], { env: {}, input: 'as data' });
    expect(ran).to.deep.equal({ code: 9, signal: null, stdout: '1 standpipe\nas data', stderr: '' });
  });

  it('can be explained afterwards, in the same words', async () => {
    using made = bundle(specOf(['/bin/true']));
    const app = join(made.path, 'app');
    await standpipe(['compile', '--bundle', made.path, '--output', app]);
    const { code, stdout } = await standpipe(['explain', app]);
    expect(code).to.equal(0);
    expect(stdout).to.include('fsopen("proc"').and.to.include('/mounts/0');
  });

  it('runs from a sealed copy of itself: nothing inside can write to it', async () => {
    using made = bundle(shell('readlink /proc/self/exe; sleep 0.3'));
    const app = join(made.path, 'app');
    await standpipe(['compile', '--bundle', made.path, '--output', app]);
    const running = run(app, []);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const pid =
      readFileSync(`/proc/${String(process.pid)}/task/${String(process.pid)}/children`, 'utf8')
        .trim()
        .split(' ')
        .at(-1) ?? '';
    const exe = await run('readlink', [`/proc/${pid}/exe`]);
    expect(exe.stdout).to.match(/^\/memfd:/);
    expect((await running).code).to.equal(0);
  });

  it('exits with 127 when the command is not there, 126 when it is none, 125 when the set-up failed', async () => {
    using made = bundle({});
    const app = join(made.path, 'app');
    for (const [config, expected] of [
      [specOf(['/bin/nothing']), 127],
      [specOf(['/etc/hosts']), 126],
      [specOf(['true'], (spec) => spec.mounts!.push({ destination: '/m', type: 'bind', source: '/nowhere', options: ['bind'] })), 125],
    ] as const) {
      made.configure(config);
      expect((await standpipe(['compile', '--bundle', made.path, '--output', app])).code).to.equal(0);
      const { code, stderr } = await run(app);
      expect(code, stderr).to.equal(expected);
      expect(stderr).to.match(/^app: /);
    }
  });

  it('takes the place of a file that runs', async () => {
    using made = bundle(shell('sleep 0.4; echo old'));
    const app = join(made.path, 'app');
    await standpipe(['compile', '--bundle', made.path, '--output', app, '--id', freshId()]);
    const old = run(app);
    made.configure(shell('echo new'));
    expect((await standpipe(['compile', '--bundle', made.path, '--output', app, '--id', freshId()])).code).to.equal(0);
    expect((await run(app)).stdout).to.equal('new\n');
    expect((await old).stdout).to.equal('old\n');
  });

  it('is no use to who may not write there: says so, leaves nothing', async () => {
    using made = bundle(specOf(['true']));
    chmodSync(made.path, 0o755);
    const { code, stderr } = await standpipe(['compile', '--bundle', made.path, '--output', '/nowhere/app']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^standpipe: write "\/nowhere\/app"\n {2}because: ENOENT/);
  });

  it('compiles for arm64 where its init was built', async function () {
    using made = bundle(specOf(['true']));
    const app = join(made.path, 'app');
    const { code, stderr } = await standpipe(['compile', '--bundle', made.path, '--output', app, '--arch', 'arm64']);
    if (code === 0) expect(readFileSync(app).readUInt16LE(18)).to.equal(183);
    else expect(stderr).to.include('no standpipe-init for arm64');
  });
});
