import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { branch, buf, closeFd, label, load, type Op, openHostProc, reg, section, sys, words, writeProcessFile } from '@standpipe/program';
import { type Outcome, runOps } from '@standpipe/program/testing';
import { AT, CLONE, O, P, W } from '@standpipe/syscalls';
import { type Mount, planMounts } from '../src/index.js';

const SIGCHLD = 17;
const origin = { plugin: 'test', step: 'container' };
const report: Op[] = [{ op: 'report', fd: 2, prefix: 'container: ', suffix: '\n', escape: 'text' }, sys('exit_group', [3])];
const maps = {
  uidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
  gidMappings: [{ containerID: 0, hostID: 100_000, size: 1000 }],
};

/** The two halves: a host half of root, and a container half in a new user and mount namespace, whose root is the host's 100000. */
export async function inHalves(script: string, mounts: readonly Mount[]): Promise<Outcome> {
  const start = label('container');
  const [root, proc, pid, pidfd, status] = [reg('root'), reg('proc'), reg('pid'), reg('pidfd'), reg('status')];
  const { prepare, handOver, mount, protect, sections } = planMounts(mounts, {
    root,
    bundle: '/',
    namespaces: { user: true },
    userNamespace: maps,
    pidfd,
  });
  const [cell, info] = [buf('pidfd', 4), buf('siginfo', 128)];
  const args = words('clone_args', [CLONE.NEWUSER | CLONE.NEWNS | CLONE.PIDFD, cell, 0, 0, SIGCHLD, 0, 0, 0, 0, 0, 0]);
  const host: Op[] = [
    ...prepare,
    ...openHostProc(proc),
    sys('clone3', [args, args.size], { to: pid, say: 'clone' }),
    branch(pid, '==', 0, start),
    load(cell, 4, pidfd),
    ...['uid_map', 'gid_map'].flatMap((file) => writeProcessFile(proc, [pid, `/${file}`], '0 100000 1000\n', { say: 'map' })),
    ...handOver,
    sys('waitid', [P.PIDFD, pidfd, info, W.EXITED, null], { say: 'wait' }),
    // What is looked at from here is what was before.
    sys('faccessat', [AT.FDCWD, 'marker', 0], { say: 'look for the working directory' }),
    load(info, 4, status),
    closeFd(pidfd),
  ];
  const container: Op[] = [
    sys('openat', [AT.FDCWD, '/', O.PATH | O.DIRECTORY | O.CLOEXEC], { to: root, say: 'open "/"' }),
    ...mount,
    ...protect,
    sys('setresuid', [0, 0, 0], { say: 'become root' }),
    sys('execve', ['/bin/sh', words('argv', ['sh', '-c', script, null]), words('envp', ['PATH=/bin:/usr/bin', null])], { say: 'run' }),
  ];
  const cwd = mkdtempSync(join(tmpdir(), 'standpipe-cwd-'));
  writeFileSync(join(cwd, 'marker'), '');
  try {
    return await runOps(host, { cwd, sections: [section('container', start, container, report, origin), ...sections] });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
