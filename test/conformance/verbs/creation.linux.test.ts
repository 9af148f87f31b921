import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, needsRoot } from '@standpipe/test-support';
import { before, describe } from 'mocha';
import type { Config } from '../../end-to-end/specs.js';
import type { Stage } from '../../end-to-end/stage.js';
import { type Case, type Deviation, sameAsRunc } from './compare.js';
import { answers } from './deviations.js';

const named: Deviation = {
  because: 'says which system call failed, too',
  instead: answers(() => ({ says: ['no such file or directory'], logged: [['no such file or directory']] })),
};

/** Created or run from its bundle as it has been configured, with these options. */
const made =
  (verb: 'create' | 'run', args: readonly string[], change?: (config: Config) => void) =>
  async (on: Stage): Promise<void> => {
    on.configure(args, change);
    await on.call([verb, '--bundle', on.bundle, on.id]);
    await on.look();
  };

const configText =
  (text: string | undefined) =>
  async (on: Stage): Promise<void> => {
    const path = join(on.bundle, 'config.json');
    if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
    await on.call(['create', '--bundle', on.bundle, on.id]);
    await on.look();
  };

const cases: readonly Case[] = [
  { what: 'no bundle in the working directory', play: async (on) => on.call(['create', on.id]), ours: named },
  { what: 'a bundle that is not there', play: async (on) => on.call(['create', '--bundle', '/nowhere', on.id]) },
  { what: 'a bundle without a config', play: configText(undefined), ours: named },
  { what: 'a config that is cut short', play: configText('{"ociVersion": "1.0') },
  { what: 'a config that is an empty object', play: configText('{}') },
  { what: 'a root that is not there', play: made('create', ['true'], (config) => (config.root.path = 'nowhere')) },
  { what: 'no words of a command', play: made('create', []) },
  { what: 'no process', play: made('create', ['true'], (config) => delete config.process) },
  { what: 'a command that is nowhere on PATH', play: made('create', ['nowhere']) },
  { what: 'a path where no command is', play: made('run', ['/nowhere']) },
  {
    what: 'a command that is a directory',
    play: made('create', ['/etc']),
    ours: {
      because: 'that is what newer versions of runc say of it',
      instead: answers(() => ({ says: ['exec: '], logged: [['exec: ']] })),
    },
  },
  {
    what: 'a command that is not executable',
    async play(on) {
      writeFileSync(on.file('command'), '');
      await made('create', ['/command'])(on);
    },
  },
  { what: 'a working directory that is to be made', play: made('run', ['pwd'], (config) => (config.process!.cwd = '/made/here')) },
  { what: 'a working directory that is a file', play: made('run', ['pwd'], (config) => (config.process!.cwd = '/etc/passwd')) },
  {
    what: 'a bundle by a relative path',
    async play(on) {
      await on.call(['create', '-b', '.', on.id], { cwd: on.bundle });
      await on.look();
    },
  },
  {
    what: 'a state root by a relative path',
    async play(on) {
      await on.call(['create', '-b', on.bundle, on.id], { cwd: on.base, global: ['--root', 'root'] });
      await on.look();
    },
  },
  {
    what: 'a pid file, over one that is there',
    async play(on) {
      const file = join(on.base, 'pid');
      writeFileSync(file, 'x'.repeat(50));
      await on.call(['create', '-b', on.bundle, '--pid-file', file, on.id]);
      await on.pid();
      on.see('pid file', readFileSync(file, 'utf8'));
    },
  },
  {
    what: 'a pid file in a directory that is not there',
    async play(on) {
      await on.call(['create', '-b', on.bundle, '--pid-file', join(on.base, 'nowhere/pid'), on.id]);
      await on.look();
    },
  },
  { what: 'a terminal and nobody to take it', play: made('create', ['true'], (config) => (config.process!.terminal = true)) },
  {
    what: 'a console socket and no terminal',
    async play(on) {
      await on.call(['create', '-b', on.bundle, '--console-socket', join(on.base, 'socket'), on.id]);
      await on.look();
    },
  },
  {
    what: 'a console socket that is not there',
    async play(on) {
      on.configure(['true'], (config) => (config.process!.terminal = true));
      await on.call(['create', '-b', on.bundle, '--console-socket', join(on.base, 'socket'), on.id]);
      await on.look();
    },
  },
  {
    what: 'more fds to preserve than there are',
    async play(on) {
      await on.call(['create', '-b', on.bundle, '--preserve-fds', '3', on.id]);
      await on.look();
    },
  },
  {
    what: 'sockets from systemd',
    async play(on) {
      on.configure(['sh', '-c', 'env | grep LISTEN; ls /proc/self/fd | wc -l']);
      const by = ['sh', '-c', 'LISTEN_FDS=2 LISTEN_PID=$$ exec "$@"', 'sh'];
      await on.call(['run', '-b', on.bundle, on.id], { fds: [0, 0], by });
    },
  },
  { what: 'output, errors and an exit code', play: made('run', ['sh', '-c', 'echo out; echo err >&2; exit 7']) },
  { what: 'an end by a signal', play: made('run', ['sh', '-c', 'sh -c "kill -9 \\$\\$"; exit $?']) },
  {
    what: 'a container that is kept',
    async play(on) {
      on.configure(['true']);
      await on.call(['run', '--keep', '-b', on.bundle, on.id]);
      await on.look();
      await on.call(['delete', on.id]);
      await on.look();
    },
  },
  {
    what: 'a container that is left on its own',
    async play(on) {
      await on.call(['run', '-d', '-b', on.bundle, on.id]);
      await on.look();
    },
  },
];

describe('create and run answer as runc does, given', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  sameAsRunc(cases);
});
