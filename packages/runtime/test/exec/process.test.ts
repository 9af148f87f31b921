import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Process } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { processLike, readProcess } from '../../src/exec/index.js';

const config: Process = {
  terminal: true,
  consoleSize: { height: 10, width: 20 },
  user: { uid: 1, gid: 2, umask: 0o27, additionalGids: [3] },
  args: ['sleep', '1000'],
  env: ['PATH=/bin', 'A=1'],
  cwd: '/srv',
  capabilities: { bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'], inheritable: ['CAP_CHOWN'] },
  rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2 }],
  noNewPrivileges: true,
  oomScoreAdj: 7,
};

describe('processLike', () => {
  it("is the container's own process with another command, and no terminal", () => {
    const { process, warnings } = processLike(config, { args: ['id'] });
    const { terminal, consoleSize, args, ...rest } = config;
    expect([terminal, consoleSize, args]).not.to.include(undefined);
    expect(present(process)).to.deep.equal({ ...rest, args: ['id'], terminal: false });
    expect(warnings).to.deep.equal([]);
  });

  it('takes what is given instead, or in addition', () => {
    const { process } = processLike(config, {
      args: ['id', '-u'],
      cwd: '/tmp',
      env: ['A=2'],
      user: '5',
      additionalGids: ['8', '9'],
      noNewPrivileges: false,
      terminal: true,
    });
    expect(process).to.deep.include({ args: ['id', '-u'], cwd: '/tmp', env: ['PATH=/bin', 'A=1', 'A=2'], noNewPrivileges: false });
    expect(process.user).to.deep.equal({ uid: 5, gid: 2, umask: 0o27, additionalGids: [3, 8, 9] });
    expect(process).to.deep.include({ terminal: true, consoleSize: { height: 10, width: 20 } });
    expect(processLike(config, { args: ['id'], user: '5:6' }).process.user).to.include({ uid: 5, gid: 6 });
  });

  it('adds capabilities to the sets, and to the ambient one only where they are inheritable', () => {
    const { capabilities } = processLike(config, { args: ['id'], capabilities: ['CAP_CHOWN', 'CAP_SYS_TIME'] }).process;
    expect(capabilities).to.deep.equal({
      bounding: ['CAP_KILL', 'CAP_CHOWN', 'CAP_SYS_TIME'],
      effective: ['CAP_KILL', 'CAP_CHOWN', 'CAP_SYS_TIME'],
      permitted: ['CAP_KILL', 'CAP_CHOWN', 'CAP_SYS_TIME'],
      inheritable: ['CAP_CHOWN'],
      ambient: ['CAP_CHOWN'],
    });
    const { capabilities: none, ...rest } = config;
    expect(none).not.to.equal(undefined);
    expect(processLike(rest, { args: ['id'], capabilities: ['CAP_CHOWN'] }).process.capabilities).to.equal(undefined);
  });

  it('names every fault by its place in a config', () => {
    expect(() => processLike(config, { args: [''], cwd: 'tmp', env: ['X'] }))
      .to.throw()
      .with.property('issues')
      .that.satisfies((issues: readonly { pointer: string }[]) =>
        ['/process/args/0', '/process/env/2', '/process/cwd'].every((pointer) => issues.some((issue) => issue.pointer === pointer)),
      );
  });
});

describe('readProcess', () => {
  let directory: string;
  before(() => (directory = mkdtempSync(join(tmpdir(), 'standpipe-process-'))));
  after(() => rmSync(directory, { recursive: true }));
  const write = (text: string): string => {
    const path = join(directory, 'process.json');
    writeFileSync(path, text);
    return path;
  };

  it('is what the file says, and has umask and oom score of the container where it says nothing of them', () => {
    const path = write(JSON.stringify({ args: ['id'], cwd: '/', user: { uid: 4, gid: 5 } }));
    const { process } = readProcess(path, config);
    expect(process).to.deep.include({ args: ['id'], cwd: '/', oomScoreAdj: 7 });
    expect(process.user).to.deep.include({ uid: 4, gid: 5, umask: 0o27 });
    expect([process.env, process.capabilities, process.rlimits, process.noNewPrivileges]).to.deep.equal(Array(4).fill(undefined));
    const own = write(JSON.stringify({ args: ['id'], cwd: '/', user: { uid: 4, gid: 5, umask: 0o2 }, oomScoreAdj: 9 }));
    expect(readProcess(own, config).process).to.deep.include({ oomScoreAdj: 9 });
    expect(readProcess(own, config).process.user.umask).to.equal(0o2);
  });

  it('refuses what is no process, and what is no file', () => {
    expect(() => readProcess(write('[]'), config))
      .to.throw()
      .with.property('issues');
    expect(() => readProcess(write('{"args":['), config))
      .to.throw()
      .with.property('code', 'SPEC_NOT_JSON');
    expect(() => readProcess(join(directory, 'none'), config))
      .to.throw()
      .with.property('code', 'PROCESS_NOT_READABLE');
  });
});

/** Whether a field that was left out is there as undefined is nobody's business. */
function present(process: Process): unknown {
  return JSON.parse(JSON.stringify(process));
}
