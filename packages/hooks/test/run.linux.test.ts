import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlumbingError, SpecError } from '@standpipe/errors';
import { leaveNothing } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type Hook, runHooks } from '../src/index.js';
import { shell, state, until } from './forms.js';

describe('runHooks', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-hooks-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
  leaveNothing();
  const out = (): string => join(dir, 'out');
  const written = (): string => readFileSync(out(), 'utf8');
  const thrownBy = async (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('tells each kind its status', async () => {
    const append = [shell(`cat >>${out()}; echo >>${out()}`)];
    for (const kind of ['prestart', 'poststart', 'poststop', 'startContainer'] as const) await runHooks(kind, append, state);
    const states = written()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; pid?: number });
    expect(states.map(({ status, pid }) => [status, pid])).to.deep.equal([
      ['creating', 42],
      ['running', 42],
      ['stopped', undefined],
      ['created', 42],
    ]);
  });

  it('runs all poststop hooks, and returns what failed', async () => {
    const failures = await runHooks('poststop', [shell('exit 5'), shell(`echo two >${out()}`), { path: '/nowhere' }], state);
    expect(failures.map(({ code, message }) => [code, message.replace(/\d+ ms/, 'N ms')])).to.deep.equal([
      ['HOOK_FAILED', 'error running poststop hook #0 (/hooks/poststop/0): "/bin/sh": exit status 5 after N ms'],
      ['HOOK_FAILED', 'error running poststop hook #2 (/hooks/poststop/2): "/nowhere": exec: no such file or directory'],
    ]);
    expect(written()).to.equal('two\n');
  });

  it('kills what runs when it is aborted, and starts no other', async () => {
    for (const kind of ['poststart', 'poststop'] as const) {
      const abort = new AbortController();
      const hooks = [shell(`sleep 60 & echo $$ $! >${out()}; wait`), shell(`echo two >>${out()}`)];
      const result = thrownBy(runHooks(kind, hooks, state, { signal: abort.signal }));
      await until(() => existsSync(out()) && written().endsWith('\n'));
      const reason = new Error('enough');
      abort.abort(reason);
      expect(await result).to.equal(reason);
      for (const pid of written().trim().split(' ')) await until(() => !existsSync(`/proc/${pid}/exe`));
      rmSync(out());
      expect(await thrownBy(runHooks(kind, hooks, state, { signal: abort.signal }))).to.equal(reason);
      expect(existsSync(out())).to.equal(false);
    }
  });

  it('says so when the process that runs them is killed', async () => {
    const error = await thrownBy(runHooks('poststart', [shell('kill -KILL $PPID; sleep 60')], state));
    expect(error).to.satisfy(PlumbingError.is).and.to.include({ code: 'HOOKS_LOST' });
  });

  it('has them end with this process', async () => {
    const index = fileURLToPath(new URL('../src/index.js', import.meta.url));
    const script = `import { runHooks } from ${JSON.stringify(index)};
      await runHooks('poststart', [${JSON.stringify(shell(`echo $$ >${out()}; sleep 60`))}], ${JSON.stringify(state)});`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' });
    await until(() => existsSync(out()) && written().endsWith('\n'));
    child.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${written().trim()}/exe`));
  });

  it('refuses what can be no hook, with every issue, before any runs', async () => {
    const bad: Hook[] = [
      shell(`echo ran >${out()}`),
      { path: 'bin/sh', args: ['a', 'b\0c'], env: ['X=\0'], timeout: 0 },
      { path: '/bin/\0sh', timeout: 1.5 },
    ];
    const error = await thrownBy(runHooks('poststart', bad, state));
    expect(error).to.be.instanceOf(SpecError);
    expect((error as SpecError).issues.map(({ pointer }) => pointer)).to.deep.equal([
      '/hooks/poststart/1/path',
      '/hooks/poststart/1/args/1',
      '/hooks/poststart/1/env/0',
      '/hooks/poststart/1/timeout',
      '/hooks/poststart/2/path',
      '/hooks/poststart/2/timeout',
    ]);
    expect(existsSync(out())).to.equal(false);
  });
});
