import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { assemble, definePlugin, type Plugin } from '@standpipe/kernel';
import { PlumbingError } from '@standpipe/errors';
import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { createPipeline } from '@standpipe/runtime-api';
import { bundle, leaveNothing, needs, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { createProgram, type CreateProgram } from '../src/create-program.js';
import { createSettings } from '../src/create-settings.js';
import { linuxHostFacts } from '../src/linux-host-facts.js';
import { plugins } from '../src/plugins.js';
import { spawnProgram } from '../src/spawn-program.js';

function specOf(script: string): Spec {
  const spec = structuredClone(defaultSpec());
  return {
    ...spec,
    process: { ...spec.process!, terminal: false, args: ['/bin/sh', '-c', script] },
    linux: { ...spec.linux, resources: undefined },
  };
}

function calling(run: (value: number) => void | Promise<void>, undo?: (value: number) => void): Plugin {
  return definePlugin({
    id: 'calling',
    api: 1,
    declare: ({ step }) => [
      step(createPipeline.phase.admit, {
        id: 'home.call',
        run: ({ program, regs }) => program.callback(run, { value: regs.pid, ...(undo === undefined ? {} : { undo }) }),
      }),
    ],
  });
}

async function made(path: string, script: string, more: Readonly<Record<string, Plugin>> = {}): Promise<CreateProgram> {
  const names = [...Object.keys(plugins).filter((name) => !['host-root', 'reaper'].includes(name)), ...Object.keys(more)];
  const assembly = await assemble({
    config: { api: 1, plugins: Object.fromEntries(names.map((name) => [name, {}])) },
    plugins: { ...plugins, ...more },
    pipelines: [createPipeline],
  });
  const settings = createSettings({ id: `spawned-${String(process.pid)}`, bundle: path });
  return createProgram(assembly, { path, spec: specOf(script), warnings: [] }, settings, linuxHostFacts());
}

describe('spawnProgram', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing();

  it('runs a container as a child, with streams of its own', async () => {
    using it = bundle({});
    const { process: child, exited } = spawnProgram(await made(it.path, 'cat; echo done >&2; exit 3'), { stdio: 'pipe' });
    const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
    child.stdin!.end('over');
    expect(await exited).to.equal(3);
    expect(await output).to.deep.equal(['over', 'done\n']);
  });

  it('tells the signal that ended it, as a shell would', async () => {
    using it = bundle({});
    const { process: child, exited } = spawnProgram(await made(it.path, 'echo up; sleep 10'), { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    // The container's init takes no signal that it has no handler for, but for this one from outside.
    child.kill('SIGKILL');
    expect(await exited).to.equal(137);
    const { deleteContainer } = await import('@standpipe/state');
    await deleteContainer('/run/standpipe', `spawned-${String(process.pid)}`, { force: true });
  });

  it('answers callbacks, in their order in the program', async () => {
    using it = bundle({});
    const called: string[] = [];
    const slow = calling(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      called.push('called');
    });
    const { exited } = spawnProgram(await made(it.path, 'exit 4', { calling: slow }), { stdio: 'ignore' });
    expect(await exited).to.equal(4);
    expect(called).to.deep.equal(['called']);
  });

  it('tells a callback a value, and has it undone at the end with the same', async () => {
    using it = bundle({});
    const told: [string, number, boolean][] = [];
    const noting = (what: string) => (pid: number) => void told.push([what, pid, existsSync(`/proc/${String(pid)}/exe`)]);
    const { process: child, exited } = spawnProgram(
      await made(it.path, 'exit 4', { calling: calling(noting('called'), noting('undone')) }),
      {
        stdio: 'ignore',
      },
    );
    expect(await exited).to.equal(4);
    const pid = told[0]?.[1] ?? 0;
    expect(pid).to.be.greaterThan(child.pid ?? Infinity);
    expect(told).to.deep.equal([
      ['called', pid, true],
      ['undone', pid, false],
    ]);
  });

  it('undoes everything when a callback throws, and says what it threw', async () => {
    using it = bundle({});
    const failing = calling(() => {
      throw new Error('nobody is home');
    });
    const { process: child, exited } = spawnProgram(await made(it.path, 'exit 4', { calling: failing }), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [error, said]: [unknown, string] = await Promise.all([exited.catch((reason: unknown) => reason), text(child.stderr!)]);
    // It is told once, by who has the whole of it.
    expect(said).to.equal('');
    expect(PlumbingError.is(error) && error.code).to.equal('CALLBACK_FAILED');
    expect((error as Error).message).to.equal('calling/home.call failed while the container was set up');
    expect((error as { cause: Error }).cause.message).to.equal('nobody is home');
  });
});
