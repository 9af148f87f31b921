import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { needs, needsRoot } from '@standpipe/test-support';
import { before, describe } from 'mocha';
import { processesOf } from '../../end-to-end/left.js';
import { until } from '../../end-to-end/detached.js';
import { type Case, sameAsRunc } from './compare.js';
import { answers } from './deviations.js';
import { ended, type Stage } from '../../end-to-end/stage.js';

/** Writes down which signals it gets. */
const listener = `
for signal in HUP INT QUIT USR1 USR2 TERM CONT WINCH ALRM; do trap "echo $signal >> /got" $signal; done
echo up > /up
while :; do sleep 1000 & wait $!; done`;

async function listening(on: Stage): Promise<number> {
  on.configure(['/bin/sh', '-c', listener]);
  const pid = await on.running();
  await until(() => existsSync(on.file('up')), 'its traps');
  return pid;
}

const got = (on: Stage): string => {
  try {
    return readFileSync(on.file('got'), 'utf8');
  } catch {
    return '';
  }
};

const names = [
  undefined,
  '',
  'TERM',
  'SIGTERM',
  'term',
  'SiGtErM',
  '15',
  '015',
  'HUP',
  'SIGUSR1',
  '10',
  'usr2',
  'WINCH',
  '28',
  'CONT',
  'ALRM',
];
const noSignals = ['FOO', 'SIGFOO', 'SIG', '65', '1000', '-1', '--', '9.5', '0x9', ' 9', 'TERM ', 'SIGSIGTERM', '9'.repeat(30)];

describe('kill delivers what runc delivers', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });

  sameAsRunc([
    {
      what: 'by names and numbers',
      async play(on) {
        await listening(on);
        for (const signal of names) {
          writeFileSync(on.file('got'), '');
          await on.call(['kill', on.id, ...(signal === undefined ? [] : [signal])]);
          await until(() => got(on) !== '', `signal ${String(signal)}`);
          on.see('signal', got(on));
        }
        await on.look();
      },
    },
    {
      what: 'to a process that has not asked for it',
      async play(on) {
        await on.running();
        for (const signal of ['0', 'TERM', 'USR1', 'SIGSEGV', '34', '64', 'CHLD', 'STOP', 'CONT']) await on.call(['kill', on.id, signal]);
        await on.look();
      },
    },
    {
      what: 'by names that runc does not know',
      async play(on) {
        await on.running();
        for (const signal of ['RTMIN', 'SIGRTMIN+1', 'RTMAX-1', 'SIGCLD', 'IOT', 'POLL']) await on.call(['kill', on.id, signal]);
      },
      ours: {
        because: 'real-time signals and those with two names can be named as well',
        instead: answers(() => ({ code: 0, complains: false, logged: [] })),
      },
    },
    ...['KILL', 'SIGKILL', 'kill', '9'].map((signal): Case => ({
      what: `by which it dies: ${signal}`,
      async play(on) {
        const pid = await on.running();
        await on.call(['kill', on.id, signal]);
        await ended(pid);
        await on.look();
      },
    })),
    // QUIT is left out: runc, whose runtime prints stacks for it, sometimes does and sometimes doesn't.
    ...['HUP', 'INT', 'TERM', 'KILL'].map((signal): Case => ({
      what: `by which it dies before it was started: ${signal}`,
      async play(on) {
        const pid = await on.created();
        await on.call(['kill', on.id, signal]);
        await ended(pid);
        await on.look();
        await on.call(['start', on.id]);
        await on.call(['delete', on.id]);
        await on.look();
      },
    })),
    {
      what: 'before it was started: what it may ignore',
      async play(on) {
        await on.created();
        for (const signal of ['0', 'USR1', 'CONT', 'WINCH']) await on.call(['kill', on.id, signal]);
        await on.look();
        await on.call(['start', on.id]);
        await on.look();
      },
    },
    {
      what: 'nothing when it is no signal',
      async play(on) {
        await on.running();
        for (const signal of noSignals) await on.call(['kill', on.id, signal]);
        await on.look();
      },
    },
    {
      what: 'to all: with the flag in front and behind, short and long',
      async play(on) {
        for (const words of [
          ['--all', on.id, 'USR1'],
          ['-a', on.id, 'SIGUSR1'],
          ['--all=true', on.id, '10'],
          ['-all', on.id, 'usr1'],
        ]) {
          on.configure(['/bin/sh', '-c', `trap "echo one >> /got" USR1; echo up > /up; while :; do sleep 0.05; done`]);
          await on.running();
          await until(() => existsSync(on.file('up')), 'its trap');
          await on.call(['kill', ...words]);
          await until(() => got(on).includes('one'), 'the signal');
          await on.look();
          await on.quietly(['delete', '--force', on.id]);
        }
      },
    },
    {
      what: 'to all when init has ended and others have not',
      async play(on) {
        on.configure(['/bin/sh', '-c', 'sleep 1000 & sleep 1000 & echo up > /up; exit 0'], (config) => {
          config.linux!.namespaces = config.linux!.namespaces!.filter(({ type }) => type !== 'pid');
        });
        const pid = await on.running();
        await ended(pid);
        on.see('processes before', processesOf(on.id).length);
        await on.call(['kill', on.id, 'KILL']);
        await on.call(['kill', '--all', on.id, 'TERM']);
        await on.call(['kill', '--all', on.id, '9']);
        await until(() => processesOf(on.id).length === 0, 'their end');
        await on.call(['kill', '--all', on.id, '9']);
        await on.look();
        await on.call(['delete', on.id]);
        await on.look();
      },
    },
    {
      what: 'to all when everything has ended, as containerd does',
      async play(on) {
        await on.stopped();
        await on.call(['kill', '--all', on.id, '9']);
        await on.call(['delete', on.id]);
        await on.call(['delete', '--force', on.id]);
        await on.look();
      },
    },
    {
      what: 'in a pid namespace that is shared, to all',
      async play(on) {
        on.configure(['/bin/sh', '-c', 'sleep 1000 & sleep 1000 & echo up > /up; wait'], (config) => {
          config.linux!.namespaces = config.linux!.namespaces!.filter(({ type }) => type !== 'pid');
        });
        const pid = await on.running();
        await until(() => existsSync(on.file('up')), 'its children');
        await on.call(['kill', on.id, 'KILL']);
        await ended(pid);
        await on.call(['delete', '--force', on.id]);
        await until(() => processesOf(on.id).length === 0, 'their end');
        await on.look();
      },
    },
  ]);
});
