import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needs, needsRoot } from '@standpipe/test-support';
import { before, describe } from 'mocha';
import type { Answer, Entry, Stage } from '../../end-to-end/stage.js';
import { type Case, sameAsRunc } from './compare.js';
import { answers, usage } from './deviations.js';

/** Columns are as wide as what is in them, and times are not equally long. */
const inColumns = (on: Stage): void => on.mask((text) => text.replaceAll(/ {2,}/g, '  '));

const updates: readonly (readonly string[])[] = [
  ['--memory', '64M'],
  ['--memory', 'much'],
  ['--cpu-quota', '50000', '--cpu-period', '100000'],
  ['--cpu-share', '512'],
  ['--cpuset-cpus', '0'],
  ['--cpuset-cpus', '4095'],
  ['--pids-limit', '20'],
  ['--resources', '/nowhere'],
  [],
];

const keysOf = (value: unknown): string[] => (typeof value === 'object' && value !== null ? Object.keys(value) : []);

/** What a spec asks for: its members but for the version and the name of the host. */
const specAt = (path: string): object => ({
  ...(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as object),
  ociVersion: undefined,
  hostname: undefined,
});

const cases: readonly Case[] = [
  {
    what: 'list, of none',
    play: async (on) => {
      await on.call(['list']);
      await on.call(['list', '-q']);
    },
  },
  {
    what: 'list --format json, of none',
    play: async (on) => on.call(['list', '--format', 'json']),
    ours: { because: 'none are an array, too', instead: answers(() => ({ stdout: '[]\n' })) },
  },
  {
    what: 'list',
    async play(on) {
      inColumns(on);
      await on.running();
      for (const options of [[], ['-q'], ['--quiet'], ['-f', 'json'], ['--format=table'], ['-format', 'json'], ['-f', 'xml']])
        await on.call(['list', ...options]);
    },
  },
  {
    what: 'list, with a broken state beside a good one',
    async play(on) {
      await on.running();
      mkdirSync(join(on.root, 'broken'));
      writeFileSync(join(on.root, 'broken/state.json'), '{');
      await on.call(['list', '-q']);
      await on.call(['state', 'broken']);
      // runc doesn't remove it, not even by force.
      rmSync(join(on.root, 'broken'), { recursive: true });
    },
  },
  {
    what: 'ps',
    async play(on) {
      await on.running();
      await on.call(['ps', '--format', 'json', on.id]);
      await on.call(['ps', on.id, '-o', 'pid,comm']);
      await on.call(['ps', on.id, '--', '-o', 'pid,comm']);
      await on.call(['ps', '-f', 'xml', on.id]);
    },
  },
  {
    what: 'update',
    async play(on) {
      await on.running();
      for (const words of updates) await on.call(['update', ...words, on.id]);
      await on.call(['update', '--resources=-', on.id], { input: '{"pids": {"limit": 7}}' });
      await on.call(['update', '--resources', '-', on.id], { input: 'much' });
    },
  },
  {
    what: 'events --stats: its members',
    async play(on) {
      await on.running();
      const { text } = await on.call(['events', '--stats', on.id]);
      const { type, id, data } = JSON.parse(text) as { type: string; id: string; data: Record<string, unknown> };
      on.entries.splice(0, Infinity, { seen: 'event', value: [type, id === on.id] });
      for (const [name, value] of Object.entries(data))
        on.see(
          name,
          keysOf(value).filter((key) => key !== 'psi'),
        );
    },
  },
  {
    what: 'events, at no interval',
    play: async (on) => {
      await on.running();
      await on.call(['events', '--interval', '0s', on.id]);
    },
  },
  {
    what: 'events, at an interval that is none',
    play: async (on) => {
      await on.running();
      await on.call(['events', '--interval', 'often', on.id]);
    },
    ours: usage,
  },
  {
    what: 'spec',
    async play(on) {
      const [own, rootless] = [join(on.base, 'own'), join(on.base, 'rootless')];
      for (const path of [own, rootless]) mkdirSync(path);
      await on.call(['spec'], { cwd: own });
      on.see('spec', specAt(own));
      await on.call(['spec', '--rootless', '--bundle', rootless]);
      on.see('rootless spec', specAt(rootless));
      await on.call(['spec', '-b', '/nowhere']);
    },
    ours: {
      because: 'ambient capabilities are for those who ask',
      instead: (theirs) =>
        theirs.map((entry): Entry => {
          if ('call' in entry || typeof entry.value !== 'object') return entry;
          const value = structuredClone(entry.value) as { process: { capabilities: { ambient?: unknown } } };
          delete value.process.capabilities.ambient;
          return { ...entry, value };
        }),
    },
  },
  {
    what: 'options before the verb',
    async play(on) {
      for (const words of [
        ['--log-format', 'junk'],
        ['--log', '/nowhere/log'],
        ['--debug'],
        ['--rootless', 'true'],
        ['--rootless=auto'],
        ['--criu', 'x'],
        ['--systemd-cgroup'],
        ['-root', on.root],
        ['--debug', '--debug=true', '-log-format=json'],
      ])
        await on.call(['state', 'nobody'], { global: ['--root', on.root, ...words] });
    },
  },
  {
    what: 'what is no command line',
    async play(on) {
      await on.call(['bogus']);
      await on.call(['state', '--root', '/tmp', 'nobody']);
      await on.call(['state']);
      await on.call(['state', 'a', 'b']);
      await on.call(['kill']);
      await on.call(['create', '--nope', 'nobody']);
      await on.call(['create', '--preserve-fds', 'many', 'nobody']);
    },
    ours: { ...usage, instead: answers(() => ({ stdout: '' }) satisfies Partial<Answer>) },
  },
];

describe('beside runc', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  sameAsRunc(cases);
});
