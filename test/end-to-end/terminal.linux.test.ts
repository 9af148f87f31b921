import { bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { type Config, shell } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';

/** Runs words on a terminal of their own. script(1) gives them one, and passes on what it reads. */
async function onTerminal(words: readonly string[], input: string): Promise<{ code: number | null; output: string }> {
  const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const { code, stdout } = await run('script', ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null'], { input });
  return { code, output: stdout };
}

function withTerminal(script: string, change: (config: Config) => void = () => undefined): object {
  return shell(script, (config) => {
    config.process!.terminal = true;
    change(config);
  });
}

describe('standpipe run with a terminal', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    needs(this, 'script');
  });
  leaveNothing();

  it('gives the process a terminal of the container, relayed to that of the caller', async () => {
    using made = bundle(
      withTerminal(
        'tty; test -t 0 && test -t 1 && test -t 2 && echo all; read line; echo "got $line"; ls -l /dev/console | cut -c1; exit 6',
      ),
    );
    const { code, output } = await onTerminal([process.execPath, standpipePath, 'run', '--bundle', made.path, freshId()], 'typed\n');
    // What is typed is echoed when it comes, which may be at any time.
    expect(output.replaceAll('\r', '').replace(/^typed\n/m, '')).to.equal('/dev/pts/0\nall\ngot typed\nc\n');
    expect(code).to.equal(6);
  });

  it('has the size that the config asks for', async () => {
    using made = bundle(withTerminal('stty size', (config) => (config.process!.consoleSize = { height: 11, width: 22 })));
    const { output } = await onTerminal([process.execPath, standpipePath, 'run', '--bundle', made.path, freshId()], '');
    expect(output).to.include('11 22\r\n');
  });

  it('works on pipes, too', async () => {
    using made = bundle(withTerminal('tty >/dev/null && echo terminal; exit 2'));
    const { code, stdout } = await run(process.execPath, [standpipePath, 'run', '--bundle', made.path, freshId()]);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: 'terminal\r\n' });
  });

  it('needs a console socket when nobody stays to relay', async () => {
    using made = bundle(withTerminal('true'));
    const { code, stderr } = await run(process.execPath, [standpipePath, 'run', '--detach', '--bundle', made.path, freshId()]);
    expect(stderr).to.match(/console.socket/);
    expect(code).to.equal(1);
  });

  it('leaves a detached container without one alone, for delete to end', async () => {
    using made = bundle(shell('echo up; sleep 100'));
    const id = freshId();
    // Its streams are the caller's, and would keep a pipe of ours open.
    const { code, stdout } = await run('sh', [
      '-c',
      `"$@" > ${made.path}/out 2>&1; cat ${made.path}/out`,
      'sh',
      process.execPath,
      standpipePath,
      'run',
      '-d',
      '-b',
      made.path,
      id,
    ]);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.be.oneOf(['', 'up\n']);
    const refused = await run(process.execPath, [standpipePath, 'delete', id]);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/running/);
    expect((await run(process.execPath, [standpipePath, 'delete', '--force', id])).code).to.equal(0);
    expect((await run(process.execPath, [standpipePath, 'delete', '--force', id])).code).to.equal(0);
    expect((await run(process.execPath, [standpipePath, 'delete', id])).stderr).to.include('does not exist');
  });
});
