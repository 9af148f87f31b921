import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { asOrdinaryUser, leaveNothing, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { spawnInTerminal, type SpawnInTerminalOptions } from '../src/index.js';

async function outcome(
  command: string,
  args: readonly string[] = [],
  options: SpawnInTerminalOptions & { input?: string } = {},
): Promise<{ code: number; output: string }> {
  const child = spawnInTerminal(command, args, options);
  child.stdin?.end(options.input);
  const [output, [code]] = await Promise.all([text(child.stdout ?? Readable.from([])), once(child, 'close') as Promise<[number]>]);
  return { code, output };
}

describe('spawnInTerminal', () => {
  leaveNothing();

  it('runs a command in a terminal of its own, of the size that is asked for', async () => {
    const script =
      'test -t 0 -a -t 1 -a -t 2; echo $?; stty size; ps -o sid= -p $$ | tr -d " " | grep -qx $$ && echo session >/dev/tty; exit 3';
    expect(await outcome('sh', ['-c', script], { consoleSize: { height: 20, width: 70 } })).to.deep.equal({
      code: 3,
      output: '0\r\n20 70\r\nsession\r\n',
    });
  });

  it('brings input in, in the environment and directory that are asked for', async () => {
    const options = { input: 'hello\n', cwd: '/usr', env: { PATH: '/usr/bin:/bin', WHO: 'me' } };
    const { output } = await outcome('sh', ['-c', 'stty -echo; echo ready; read line; echo "$line $WHO $PWD"'], options);
    expect(output).to.match(/hello me \/usr\r\n$/);
  });

  it('keeps no fd of its own open in the command', async () => {
    expect((await outcome('sh', ['-c', 'ls /proc/$$/fd'])).output.split(/\s+/)).to.deep.equal(['0', '1', '2', '']);
  });

  it('passes signals on, and tells of the one that killed', async () => {
    const child = spawnInTerminal('sh', ['-c', 'trap "echo got it; kill -9 $$" TERM; echo ready; while :; do sleep 0.02; done']);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (data: string) => (output += data));
    await once(child.stdout ?? child, 'data');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    expect({ code, output }).to.deep.equal({ code: 137, output: 'ready\r\ngot it\r\n' });
  });

  it('hangs the command up when it is killed itself', async () => {
    const child = spawnInTerminal('sh', ['-c', 'echo $$; exec sleep 1000']);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const pid = Number(line.toString());
    child.kill('SIGKILL');
    await once(child, 'close');
    for (let i = 0; i < 400 && (await run('ps', ['-o', 'stat=', '-p', String(pid)])).stdout.match(/^[^Z\s]/) !== null; i++);
    expect((await run('ps', ['-o', 'stat=', '-p', String(pid)])).stdout).not.to.match(/^[^Z\s]/);
  });

  it('says in the terminal why a command cannot be run', async () => {
    expect(await outcome('no-such-command')).to.deep.equal({ code: 125, output: 'run "no-such-command": it is not in PATH\r\n' });
    expect((await outcome('/etc')).output).to.match(/^run "\/etc": permission denied\r\n$/i);
  });

  it('works for an ordinary user', async () => {
    const index = new URL('../src/index.js', import.meta.url).href;
    const script = `import { spawnInTerminal } from '${index}'; spawnInTerminal('sh', ['-c', 'id -u; tty'], { stdio: 'inherit' });`;
    const { code, stdout, stderr } = await run(...asOrdinaryUser(process.execPath, ['--input-type=module', '-e', script]));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^[1-9]\d*\r\n\/dev\/pts\/\d+\r\n$/);
  });

  it('refuses a size that a terminal cannot have', () => {
    expect(() => spawnInTerminal('true', [], { consoleSize: { height: -1, width: 1 } })).to.throw("the console's height is -1");
  });
});
