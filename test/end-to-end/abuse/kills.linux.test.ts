import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgram, createSettings, deleteContainer, linuxHostFacts, loadAssembly, readBundle, spawnProgram } from '@standpipe/runtime';
import { startContainer } from '@standpipe/runtime/steer';
import { type Bundle, bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { until } from '../detached.js';
import { specOf } from '../specs.js';
import { freshId, standpipe, standpipePath } from '../standpipe.js';
import { cgroupsOf, mountsBelow, processesOf } from '../left.js';
import { fromEnvironment, randomFrom } from './random.js';

const KILLS = fromEnvironment('STANDPIPE_KILLS', 500);
const SEED = fromEnvironment('STANDPIPE_SEED', Date.now() % 2 ** 31);
const AT_ONCE = 3;
/** Every so many kills, it is the command line that clears up. */
const BY_COMMAND = 8;

const verbs = ['create', 'start', 'exec', 'delete'] as const;
type Verb = (typeof verbs)[number];

describe('a runtime that is killed', function () {
  this.timeout(900_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['cgroups'] });

  let base: string;
  let root: string;
  let bundles: readonly Bundle[] = [];
  let assembly: Awaited<ReturnType<typeof loadAssembly>>;
  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'standpipe-kills-'));
    root = join(base, 'root');
    bundles = Array.from({ length: AT_ONCE }, () => bundle({}));
    assembly = await loadAssembly();
  });
  after(() => {
    for (const made of bundles) made[Symbol.dispose]();
    if (base !== undefined) rmSync(base, { recursive: true });
  });

  /** How long each verb takes by itself, as far as it is known, and how long until it has become init. */
  const lasts = new Map<Verb, number>();

  const configOf = (id: string, marker: string): object =>
    specOf(['/bin/sleep', marker], (config) => {
      config.linux!.cgroupsPath = `/${id}`;
    });

  async function create(made: Bundle, id: string, marker: string): Promise<void> {
    made.configure(configOf(id, marker));
    const settings = createSettings({ id, bundle: made.path, stateRoot: root, hold: true, detach: true });
    const program = await createProgram(assembly, readBundle(made.path), settings, linuxHostFacts());
    expect(await spawnProgram(program, { stdio: 'ignore' }).exited).to.equal(0);
  }

  function begin(verb: Verb, made: Bundle, id: string, marker: string): ChildProcess {
    const words: Readonly<Record<Verb, readonly string[]>> = {
      create: ['create', '--bundle', made.path, id],
      start: ['start', id],
      exec: ['exec', '--detach', id, '/bin/sleep', marker],
      delete: ['delete', '--force', id],
    };
    // In a session of its own, so that all of it can be killed as well.
    return spawn(process.execPath, [standpipePath, '--root', root, ...words[verb]], { stdio: 'ignore', detached: true });
  }

  async function ended(child: ChildProcess): Promise<boolean> {
    if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
    return child.signalCode === 'SIGKILL';
  }

  /** Waits until it is no JavaScript any more, or has ended; what comes then takes a few milliseconds. */
  async function becomesInit(child: ChildProcess): Promise<void> {
    for (let tries = 0; tries < 1000 && child.exitCode === null; tries++) {
      try {
        if (readFileSync(`/proc/${String(child.pid)}/cmdline`, 'utf8').startsWith('standpipe-init')) return;
      } catch {
        return;
      }
      await sleep(1);
    }
  }

  it(`${String(KILLS)} times at any moment of create, start, exec and delete leaves nothing that delete --force does not clear`, async () => {
    console.log(`    STANDPIPE_SEED=${String(SEED)}`);
    const random = randomFrom(SEED);
    // All is drawn in one order, whoever comes to it first.
    const draws = Array.from({ length: KILLS }, (_, i) => ({
      verb: verbs[i % verbs.length]!,
      inInit: random() < 0.6,
      moment: random(),
      group: random() < 0.5,
      i,
    }));
    const killed = new Map<string, number>();

    const once = async (made: Bundle, { verb, inInit, moment, group, i }: (typeof draws)[number]): Promise<void> => {
      const id = freshId();
      const marker = String(70_000_000 + i);
      const what = `kill ${String(i)}, in ${verb}, seed ${String(SEED)}`;
      if (verb === 'create') made.configure(configOf(id, marker));
      else await create(made, id, marker);
      if (verb === 'exec' || (verb === 'delete' && moment < 0.7)) await startContainer(root, id);

      const since = performance.now();
      const child = begin(verb, made, id, marker);
      const becomes = verb === 'create' || verb === 'exec';
      const lasted = lasts.get(verb);
      if (lasted === undefined) await ended(child);
      else if (inInit && becomes) {
        await becomesInit(child);
        await sleep(moment * 12);
      } else await sleep(inInit ? lasted * (0.6 + moment * 0.5) : lasted * moment);
      try {
        process.kill(group ? -child.pid! : child.pid!, 'SIGKILL');
      } catch {
        // It was done before.
      }
      const how = (await ended(child)) ? `${verb} killed` : `${verb} done`;
      killed.set(how, (killed.get(how) ?? 0) + 1);
      if (how.endsWith('done')) lasts.set(verb, Math.min(lasted ?? Infinity, performance.now() - since));

      if (i % BY_COMMAND === 0)
        expect(await standpipe(['--root', root, 'delete', '--force', id]), what).to.deep.include({ code: 0, stderr: '' });
      else await deleteContainer(root, id, { force: true });
      expect(readdirSync(root), what).not.to.include(id);
      expect(cgroupsOf(id), what).to.deep.equal([]);
      await until(() => processesOf(id, marker).length === 0, `${what}: ${processesOf(id, marker).join(', ')} ends`);
    };

    const queue = draws[Symbol.iterator]();
    await Promise.all(
      bundles.map(async (made) => {
        for (const draw of queue) await once(made, draw);
      }),
    );

    console.log(`    ${JSON.stringify(Object.fromEntries(killed))}`);
    // What keeps a namespace is a process, a mount or a fd: there are none of them.
    expect(readdirSync(root)).to.deep.equal([]);
    for (const { path } of bundles) expect(mountsBelow(path)).to.deep.equal([]);
    // It would prove nothing if they had all been done before they were killed.
    for (const verb of verbs) expect(killed.get(`${verb} killed`), verb).to.be.greaterThan(KILLS / verbs.length / 4);
  });
});
