import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  asOrdinaryUser,
  bundle,
  difference,
  findProgram,
  leaveNothing,
  needs,
  needsRoot,
  run,
  snapshot,
  type Snapshot,
} from '../src/index.js';

describe('run', () => {
  it('tells code, signal and both outputs', async () => {
    expect(await run('sh', ['-c', 'cat; echo err >&2; exit 3'], { input: 'in' })).to.deep.equal({
      code: 3,
      signal: null,
      stdout: 'in',
      stderr: 'err\n',
    });
  });

  it('kills what takes too long', async () => {
    expect(await run('sleep', ['10'], { timeoutMs: 50 })).to.include({ code: null, signal: 'SIGKILL' });
  });

  it('runs as an ordinary user', async function () {
    needsRoot(this);
    needs(this, 'setpriv');
    const { stdout } = await run(...asOrdinaryUser('sh', ['-c', 'id -u; id -G']));
    expect(stdout).to.equal('1000\n1000\n');
  });
});

describe('bundle', () => {
  leaveNothing();

  for (const applets of ['hard', 'symbolic'] as const) {
    it(`makes a rootfs with ${applets} links and removes it`, function () {
      needs(this, 'busybox');
      let path: string;
      {
        using made = bundle({ ociVersion: '1.3.0' }, { applets, files: { 'opt/a/b': 'text' } });
        ({ path } = made);
        expect(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))).to.deep.equal({ ociVersion: '1.3.0' });
        expect(lstatSync(join(made.rootfs, 'bin/sh')).isSymbolicLink()).to.equal(applets === 'symbolic');
        expect(statSync(join(made.rootfs, 'bin/sh')).ino).to.equal(statSync(join(made.rootfs, 'bin/busybox')).ino);
        expect(readFileSync(join(made.rootfs, 'opt/a/b'), 'utf8')).to.equal('text');
      }
      expect(existsSync(path)).to.equal(false);
    });
  }
});

describe('difference', () => {
  const nothing: Snapshot = { mounts: [], processes: [], cgroups: [], state: [], fds: [] };

  it('is none between two looks', () => {
    expect(difference(snapshot(), snapshot())).to.deep.equal([]);
  });

  it('counts a second fd to one file', () => {
    expect(difference({ ...nothing, fds: ['/a'] }, { ...nothing, fds: ['/a', '/a'] })).to.deep.equal([{ kind: 'fds', line: '/a' }]);
  });

  it('tells a mount that is gone, and forgives a process that is', () => {
    expect(difference({ ...nothing, mounts: ['m'], processes: ['1 sh (S)'] }, nothing)).to.deep.equal([
      { kind: 'mounts', line: 'gone: m' },
    ]);
  });

  it('sees a child process', async () => {
    const before = snapshot();
    const running = run('sleep', ['0.2']);
    const seen = difference(before, snapshot()).filter(({ kind }) => kind === 'processes');
    await running;
    expect(seen).to.have.lengthOf(1);
    expect(seen[0]?.line).to.contain('sleep');
  });
});

describe('findProgram', () => {
  it('finds what is there and nothing else', () => {
    expect(findProgram('sh')).to.match(/\/sh$/);
    expect(findProgram('no-such-program')).to.equal(undefined);
  });
});
