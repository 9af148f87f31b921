import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { processesOf } from '../left.js';
import { specOf } from '../specs.js';
import { freshId, standpipePath } from '../standpipe.js';

const CONTAINERS = 100;

describe('life cycles', function () {
  this.timeout(300_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it(`${String(CONTAINERS)} at once in one state root, each with a command executed in it`, async () => {
    const base = mkdtempSync(join(tmpdir(), 'standpipe-lifecycles-'));
    const root = join(base, 'root');
    using made = bundle(specOf(['sleep', '1000']));

    /** A container keeps its streams, so they are files. */
    const call = async (file: string, words: readonly string[]): Promise<string> => {
      const [stdout, stderr] = [openSync(join(base, file), 'w'), openSync(join(base, `${file}.err`), 'w')];
      try {
        const child = spawn(process.execPath, [standpipePath, '--root', root, ...words], { stdio: ['ignore', stdout, stderr] });
        const code = await new Promise((resolve) => child.once('exit', resolve));
        const complaint = readFileSync(join(base, `${file}.err`), 'utf8');
        expect({ words, code, complaint }).to.deep.equal({ words, code: 0, complaint: '' });
        return readFileSync(join(base, file), 'utf8');
      } finally {
        closeSync(stdout);
        closeSync(stderr);
      }
    };

    const lifecycle = async (id: string): Promise<void> => {
      await call(`${id}.create`, ['create', '--bundle', made.path, id]);
      await call(`${id}.start`, ['start', id]);
      expect(JSON.parse(await call(`${id}.state`, ['state', id]))).to.include({ id, status: 'running' });
      expect(await call(`${id}.exec`, ['exec', id, 'echo', id])).to.equal(`${id}\n`);
      await call(`${id}.kill`, ['kill', id, 'KILL']);
      await call(`${id}.delete`, ['delete', '--force', id]);
    };

    const ids = Array.from({ length: CONTAINERS }, () => freshId());
    try {
      await Promise.all(ids.map(lifecycle));
      expect(readdirSync(root)).to.deep.equal([]);
      expect(processesOf(...ids)).to.deep.equal([]);
    } finally {
      for (const id of ids.filter((one) => readdirSync(root).includes(one))) await call('clear', ['delete', '--force', id]);
      rmSync(base, { recursive: true });
    }
  });
});
