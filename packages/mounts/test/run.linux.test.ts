import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpecError } from '@standpipe/errors';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { runWithMounts } from '../src/index.js';

describe('runWithMounts', () => {
  let dir: string;

  before(function () {
    needsRoot(this);
  });
  leaveNothing({ ignore: ['state'] });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'standpipe-run-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it('runs a command with mounts that it alone sees', () => {
    const { status, stdout, stderr } = runWithMounts(
      [{ destination: dir, type: 'tmpfs', options: ['mode=711'] }],
      ['sh', '-c', `touch ${dir}/x; ls ${dir}; stat -c %a ${dir}`],
    );
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: 'x\n711\n', stderr: '' });
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('gives the code, the signal, the environment and the directory', () => {
    expect(runWithMounts([], ['sh', '-c', 'exit 7']).status).to.equal(7);
    expect(runWithMounts([], ['sh', '-c', 'kill -9 $$'])).to.include({ status: null, signal: 'SIGKILL' });
    expect(runWithMounts([], ['/bin/sh', '-c', 'echo $A; pwd'], { env: { A: 'b' }, cwd: dir }).stdout).to.equal(`b\n${dir}\n`);
    const covered = runWithMounts([{ destination: dir, type: 'tmpfs' }], ['sh', '-c', 'touch x; ls -A'], { cwd: dir });
    expect([covered.stdout, readdirSync(dir)]).to.deep.equal(['x\n', []]);
  });

  it('takes sources of binds from the directory that it is told', () => {
    expect(runWithMounts([{ destination: '/mnt', source: '.', options: ['bind'] }], ['ls', '-d', '/mnt'], { cwd: dir }).status).to.equal(0);
  });

  it('idmaps', () => {
    const maps = { uidMappings: [{ containerID: 0, hostID: 1234, size: 1 }], gidMappings: [{ containerID: 0, hostID: 0, size: 1 }] };
    expect(runWithMounts([{ destination: '/mnt', source: dir, options: ['bind'], ...maps }], ['stat', '-c', '%u', '/mnt']).stdout).to.equal(
      '1234\n',
    );
  });

  it('runs nothing when a mount fails, and says why', () => {
    const { status, stdout, stderr } = runWithMounts([{ destination: dir, source: '/absent', options: ['bind'] }], ['echo', 'ran']);
    expect({ status, stdout, stderr }).to.deep.equal({
      status: 125,
      stdout: '',
      stderr: `bind "/absent" on "${dir}": open its source: no such file or directory\n`,
    });
  });

  it('refuses what is no mount, and a command that is nowhere', () => {
    expect(() => runWithMounts([{ destination: '/' }], ['true'])).to.throw(SpecError);
    expect(() => runWithMounts([], ['standpipe-no-such-command']))
      .to.throw('no command "standpipe-no-such-command"')
      .with.property('code', 'COMMAND_NOT_FOUND');
    expect(runWithMounts([], ['/absent/command'])).to.include({
      status: 125,
      stderr: 'run "/absent/command": no such file or directory\n',
    });
  });

  it('is refused without privileges', () => {
    const ordinary = [
      'setpriv',
      '--reuid=1000',
      '--regid=1000',
      '--clear-groups',
      '--',
      process.execPath,
      '--input-type=module',
      '-e',
    ] as const;
    const script = `import { runWithMounts } from ${JSON.stringify(import.meta.resolve('../src/index.js'))}; process.stdout.write(runWithMounts([], ['true']).stderr);`;
    expect(runWithMounts([], [...ordinary, script]).stdout).to.equal('make a mount namespace: operation not permitted\n');
  });
});
