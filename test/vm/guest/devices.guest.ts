import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { attachDevices, type Cgroup, createCgroup, type LinuxDeviceCgroup, planDeviceRules } from '@standpipe/cgroups';
import { openPort } from '@standpipe/syscalls';
import { bundle } from '@standpipe/test-support';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { freshCgroup } from '../../conformance/cgroup-tree.js';
import { shell } from '../../end-to-end/specs.js';
import { freshId, standpipe, standpipePath } from '../../end-to-end/standpipe.js';

const character = (major: number, minor: number, access = 'rw'): LinuxDeviceCgroup => ({ allow: true, type: 'c', major, minor, access });

/** A shell in the cgroup that opens, for each line it is given, what the line names: for reading, writing or both. */
function opener(cgroup: Cgroup): { may(redirection: string): Promise<boolean>; end(): Promise<void> } {
  const script = 'while read -r line; do if (eval ": $line") 2>&-; then echo yes; else echo no; fi; done';
  const child = cgroup.spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    async may(redirection): Promise<boolean> {
      child.stdin!.write(`${redirection}\n`);
      const line = (await lines.next()) as { value?: unknown };
      return line.value === 'yes';
    },
    async end(): Promise<void> {
      const ended = once(child, 'exit');
      child.stdin!.end();
      await ended;
    },
  };
}

function restrict(cgroup: Cgroup, rules: readonly LinuxDeviceCgroup[]): void {
  const fd = openSync(cgroup.directories[0]!.path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    attachDevices(openPort(), fd, planDeviceRules(rules, 2));
  } finally {
    closeSync(fd);
  }
}

describe('on v2 rules for devices', () => {
  it('deny what none allows, to root as well, until they are replaced', async () => {
    await using cgroup = createCgroup(freshCgroup(), { resources: { devices: [character(1, 5, 'r')] } });
    const { may, end } = opener(cgroup);
    expect(await may('</dev/zero')).to.equal(true);
    expect(await may('>/dev/zero')).to.equal(false);
    expect(await may('<>/dev/zero')).to.equal(false);
    expect(await may('</dev/null')).to.equal(false);

    restrict(cgroup, [character(1, 3)]);
    expect(await may('</dev/zero')).to.equal(false);
    expect(await may('<>/dev/null')).to.equal(true);

    // All but one device, of which a part is denied: that denies reading and writing together too.
    restrict(cgroup, [
      { allow: true, access: 'rwm' },
      { ...character(1, 5, 'w'), allow: false },
    ]);
    expect(await may('<>/dev/null')).to.equal(true);
    expect(await may('</dev/zero')).to.equal(true);
    expect(await may('<>/dev/zero')).to.equal(false);
    await end();
  });

  it('of a cgroup and of those above it all have to allow', async () => {
    const path = freshCgroup();
    await using above = createCgroup(path, { resources: { devices: [character(1, 5), character(1, 7)] } });
    await using below = createCgroup(`${path}/below`, { resources: { devices: [character(1, 3), character(1, 5)] } });
    const { may, end } = opener(below);
    expect([await may('</dev/zero'), await may('</dev/null'), await may('</dev/full')]).to.deep.equal([true, false, false]);
    restrict(above, [character(1, 3)]);
    expect([await may('</dev/zero'), await may('</dev/null'), await may('</dev/full')]).to.deep.equal([false, true, false]);
    await end();
  });

  it('hold a container, and change with update', async () => {
    const script = [
      'mknod /tmp/kmsg c 1 11; may() { (: </tmp/kmsg) 2>/dev/null; }',
      'may || echo denied; until may; do sleep 0.1; done; echo allowed; while may; do sleep 0.1; done; echo denied again',
    ].join('\n');
    const all = ['CAP_MKNOD', 'CAP_SYSLOG'];
    using made = bundle(
      shell(script, (config) => {
        config.process!.capabilities = { bounding: all, effective: all, permitted: all };
        config.linux!.resources = { devices: [{ allow: false, access: 'rwm' }] };
      }),
    );
    const id = freshId();
    const child = spawn(process.execPath, [standpipePath, 'run', '--bundle', made.path, id], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => (await lines.next()).value;
    const update = async (devices: readonly LinuxDeviceCgroup[]): Promise<void> => {
      expect(await standpipe(['update', '-r', '-', id], { input: JSON.stringify({ devices }) })).to.include({ code: 0, stderr: '' });
    };
    expect(await next()).to.equal('denied');
    await update([character(1, 11, 'r')]);
    expect(await next()).to.equal('allowed');
    await update([{ allow: false, access: 'rwm' }]);
    expect(await next()).to.equal('denied again');
    expect(await ended).to.deep.equal([0, null]);
  });
});
