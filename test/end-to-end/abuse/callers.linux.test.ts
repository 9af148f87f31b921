import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, type Bundle, leaveNothing, needs, needsRoot, type Ran } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { shell } from '../specs.js';
import { freshId, standpipe, standpipePath } from '../standpipe.js';

describe('callers that are careless', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  let root: string;
  let id: string;
  let made: Bundle;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'standpipe-callers-'));
    id = freshId();
  });
  afterEach(async () => {
    await standpipe(['--root', root, 'delete', '--force', id]);
    made[Symbol.dispose]();
    rmSync(root, { recursive: true });
  });
  leaveNothing();

  describe('with a terminal to be sent', () => {
    /** Runs create with a socket that does this with who connects, and gives what became of it. */
    async function createWith(onConnect: ((socket: Socket) => void) | undefined): Promise<Ran> {
      made = bundle(shell('true', (config) => (config.process!.terminal = true)));
      const path = join(root, 'console.sock');
      let server: Server | undefined;
      if (onConnect !== undefined) {
        server = createServer((socket) => {
          socket.on('error', () => undefined);
          onConnect(socket);
        });
        await new Promise<void>((resolve) => void server?.listen(path, resolve));
      }
      try {
        return await standpipe(['--root', root, 'create', '--console-socket', path, '--bundle', made.path, id]);
      } finally {
        await new Promise<unknown>((resolve) => (server === undefined ? resolve(0) : void server.close(resolve)));
      }
    }
    const nothing = (): void => {
      expect(readdirSync(root).filter((name) => name === id)).to.deep.equal([]);
    };

    it('is told of a socket that is not there, and nothing is left', async () => {
      const { code, stderr } = await createWith(undefined);
      expect(code).to.equal(1);
      expect(stderr).to.match(/connect to the console socket .*: no such file/i);
      nothing();
    });

    it('can close the socket at once, or when the terminal has come: the container is made, or nothing is left', async () => {
      for (const close of [
        (socket: Socket): void => void socket.destroy(),
        (socket: Socket): void => void socket.once('data', () => socket.destroy()),
      ]) {
        const { code, stderr } = await createWith(close);
        expect(code, stderr).to.be.oneOf([0, 1]);
        if (code === 1) nothing();
        else expect((await standpipe(['--root', root, 'delete', '--force', id])).code).to.equal(0);
        made[Symbol.dispose]();
      }
      made = bundle({});
    });

    it('is told of a socket without a terminal, and of a terminal without a socket', async () => {
      made = bundle(shell('true'));
      const unused = await standpipe(['--root', root, 'create', '--console-socket', join(root, 's'), '--bundle', made.path, id]);
      expect(unused).to.include({ code: 1, stdout: '' });
      expect(unused.stderr).to.match(/console/i);
      made.configure(shell('true', (config) => (config.process!.terminal = true)));
      const missing = await standpipe(['--root', root, 'create', '--bundle', made.path, id]);
      expect(missing).to.include({ code: 1, stdout: '' });
      expect(missing.stderr).to.match(/console/i);
      nothing();
    });
  });

  const words = (): string => `"${process.execPath}" "${standpipePath}" --root "${root}" run --bundle "${made.path}" ${id}`;
  const ways: Readonly<Record<string, { call: (command: string) => string; output?: string }>> = {
    'no standard streams': { call: (command) => `exec 0<&- 1>&- 2>&-; exec ${command}`, output: '' },
    'no standard input': { call: (command) => `exec 0<&-; exec ${command}` },
    'signals ignored': { call: (command) => `trap '' CHLD PIPE HUP INT TERM; exec ${command}` },
    'a umask that takes everything': { call: (command) => `umask 777; exec ${command}` },
    'a working directory that is gone': {
      call: (command) => `mkdir "${root}/gone"; cd "${root}/gone"; rmdir "${root}/gone"; exec ${command}`,
    },
    'no environment': { call: (command) => `exec env -i ${command}` },
    'fds of all kinds left open': {
      call: (command) => `exec 3</ 4>/dev/null 5<"${process.execPath}" 7</proc/self/ns/mnt 9</dev/zero; exec ${command}`,
    },
    'few fds': { call: (command) => `ulimit -n 64; exec ${command}` },
    'an environment of a hundred kilobytes': {
      call: (command) => `BIG=$(head -c 100000 /dev/zero | tr '\\0' x); export BIG; exec ${command}`,
    },
  };
  for (const [what, { call, output = 'fds 0 1 2 3\nTERM \n' }] of Object.entries(ways))
    it(`with ${what} make the same container`, () => {
      // The fourth is the directory that ls reads.
      made = bundle(
        shell('echo fds $(ls /proc/self/fd); echo "TERM $BIG"; exit 9', (config) => {
          // Not above what the caller has.
          config.process!.rlimits = [];
        }),
      );
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', call(words())], { encoding: 'utf8' });
      expect({ status, stdout, stderr }).to.deep.equal({ status: 9, stdout: output, stderr: '' });
      expect(readdirSync(root).filter((name) => name === id)).to.deep.equal([]);
    });

  it('are not kept waiting by anybody who holds their streams', () => {
    made = bundle(shell('exec >/dev/null 2>&1 </dev/null; sleep 100'));
    const started = Date.now();
    // spawnSync comes back when the pipes are closed by all who hold them.
    const call = ['--root', root, 'run', '--detach', '--bundle', made.path, id];
    const { status } = spawnSync(process.execPath, [standpipePath, ...call], { encoding: 'utf8', timeout: 30_000 });
    expect(status).to.equal(0);
    expect(Date.now() - started).to.be.lessThan(20_000);
  });
});
