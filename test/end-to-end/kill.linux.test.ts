import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executableOf, type Program } from '@standpipe/program';
import { stopAfter } from '@standpipe/program/testing';
import {
  createProgram,
  createSettings,
  deleteContainer,
  type GivenSettings,
  linuxHostFacts,
  loadAssembly,
  readBundle,
} from '@standpipe/runtime';
import { startContainer } from '@standpipe/runtime/steer';
import { type Bundle, bundle, leaveNothing, needs, needsRoot, snapshot } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { specOf } from './specs.js';

const NAME = `standpipe-k${String(process.pid)}`.slice(0, 15);
const ID = `standpipe-killed-${String(process.pid)}`;

/** Starts a program from a file of its own; its processes bear that file's name until they execute the user's command. */
function start(
  directory: string,
  program: Program,
): { child: ChildProcess; ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }> } {
  const file = join(directory, NAME);
  rmSync(file, { force: true });
  writeFileSync(file, executableOf(program), { mode: 0o755 });
  const child = spawn(file, { stdio: 'ignore', env: {} });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, ended };
}

/** Everything alive that began with one of our programs, whoever its parent is by now. */
function leftovers(marker: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
        return name === NAME || command.includes(marker) ? [`${pid} ${name}: ${command}`] : [];
      } catch {
        return [];
      }
    });
}

async function nothingAlive(marker: string, when: string): Promise<void> {
  // A process that was killed a moment ago may take another to be gone.
  for (let i = 0; i < 200 && leftovers(marker).length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(leftovers(marker), when).to.deep.equal([]);
}

/** Every op takes minutes: where time counts it is every third, and which third changes with the hour. */
const STEP = process.env['CI'] === undefined ? 1 : 3;
const FIRST = STEP === 1 ? 0 : new Date().getHours() % STEP;

describe('killing the runtime at every op', function () {
  this.timeout(300_000);
  leaveNothing({ ignore: ['fds'] });

  let directory: string;
  let made: Bundle;
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    directory = mkdtempSync(join(tmpdir(), 'standpipe-kill-'));
    made = bundle({});
  });
  after(() => {
    if (directory === undefined) return;
    rmSync(directory, { recursive: true });
    made[Symbol.dispose]();
  });

  const marker = '86423';

  async function programOf(args: readonly string[], more: Partial<GivenSettings> = {}): Promise<Program> {
    made.configure(specOf(args));
    const bundleRead = readBundle(made.path);
    const settings = createSettings({ id: ID, bundle: made.path, stateRoot: join(directory, 'state'), ...more });
    return (await createProgram(await loadAssembly(), bundleRead, settings, linuxHostFacts())).program;
  }

  const states = (): string[] => (existsSync(join(directory, 'state')) ? readdirSync(join(directory, 'state')) : []);
  const cgroups = (): string[] => snapshot().cgroups.filter((path) => path.includes(ID));
  const nothingLeft = (what: string): void => {
    expect(states(), what).to.deep.equal([]);
    expect(cgroups(), what).to.deep.equal([]);
  };

  it('of run leaves nothing that delete, or the next run, does not clear', async () => {
    const brief = await programOf(['/bin/true']);
    const lasting = await programOf(['/bin/sleep', marker]);
    const host = brief.sections.find(({ name }) => name === 'host')!;
    const killed = new Map<string, number>();
    for (const { name, from, to } of brief.sections) {
      // Nothing lies behind the very last op, which ends the process.
      for (let op = from + FIRST; op < Math.min(to, brief.ops.length - 1); op += STEP) {
        const what = `killed behind op ${String(op)} of the ${name} half`;
        const { signal, code } = await start(directory, stopAfter(brief, op, 'SIGKILL')).ended;
        const reached = name === 'host' ? signal === 'SIGKILL' : code !== 0;
        if (reached) killed.set(name, (killed.get(name) ?? 0) + 1);
        if (op % 2 === 0) {
          await deleteContainer(join(directory, 'state'), ID, { force: true });
          nothingLeft(what);
        } else {
          await nothingAlive('no marker', what);
          expect(await start(directory, brief).ended, `the run after it was ${what}`).to.deep.equal({ code: 0, signal: null });
          nothingLeft(what);
        }
        await nothingAlive('no marker', what);

        // With a command that stays, what is killed from its execve on leaves it behind for delete.
        if (!reached || name !== 'host' || op < host.undo - 60) continue;
        const { child, ended } = start(directory, stopAfter(lasting, op, 'SIGKILL'));
        const timer = setTimeout(() => child.kill('SIGKILL'), 150);
        expect((await ended).signal, what).to.equal('SIGKILL');
        clearTimeout(timer);
        await deleteContainer(join(directory, 'state'), ID, { force: true });
        nothingLeft(what);
        await nothingAlive(marker, what);
      }
    }
    // It would prove nothing if the ops were never reached.
    expect(killed.get('host'), 'ops of the host half that were reached').to.be.greaterThan(40 / STEP);
    expect(killed.get('container'), 'ops of the container half that were reached').to.be.greaterThan(60 / STEP);
  });

  it('of create and start leaves nothing that delete does not clear', async () => {
    const program = await programOf(['/bin/sleep', marker], { hold: true, detach: true });
    const stateRoot = join(directory, 'state');
    const outcomes = new Map<string, number>();
    for (const { name, from, to } of program.sections) {
      for (let op = from + FIRST; op < Math.min(to, program.ops.length - 1); op += STEP) {
        const what = `killed behind op ${String(op)} of the ${name} half`;
        const { signal, code } = await start(directory, stopAfter(program, op, 'SIGKILL')).ended;
        // Where it is created all the same, what is behind its start comes next: each start runs the command, or fails.
        const outcome =
          code === 0
            ? await startContainer(stateRoot, ID).then(
                () => 'started',
                () => 'killed in start',
              )
            : `${name} killed`;
        if (outcome === 'host killed') expect(signal ?? 'undone', what).to.be.oneOf(['SIGKILL', 'undone']);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await deleteContainer(stateRoot, ID, { force: true });
        nothingLeft(what);
        await nothingAlive(marker, what);
      }
    }
    expect(outcomes.get('host killed'), 'ops of the host half that were reached').to.be.greaterThan(40 / STEP);
    expect(outcomes.get('container killed'), 'ops of the container half that were reached before the start').to.be.greaterThan(60 / STEP);
    expect(outcomes.get('killed in start'), 'ops that were reached behind the start').to.be.greaterThan(5 / STEP);
    expect(outcomes.get('started'), 'ops that were not reached').to.be.greaterThan(5 / STEP);
  });
});
