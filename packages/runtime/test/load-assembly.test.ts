import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssemblyError, PlumbingError, SafetyError } from '@standpipe/errors';
import { createPipeline } from '@standpipe/runtime-api';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { assemblyNames, loadAssembly } from '../src/load-assembly.js';

const pluginOfOthers = `
import { createPipeline } from '@standpipe/runtime-api';
import { definePlugin } from '@standpipe/kernel';
export default definePlugin({
  id: 'acme',
  api: 1,
  declare: ({ step }) => [step(createPipeline.phase.restrict, { id: 'acme.greet', run: () => undefined })],
});
`;

describe('loadAssembly', () => {
  let directory: string;
  beforeEach(() => {
    // Beside this file, so that what a plugin imports is found as it would be in a project of its own.
    directory = mkdtempSync(fileURLToPath(new URL('assembly-', import.meta.url)));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function write(name: string, content: string | object): string {
    const file = join(directory, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    return file;
  }

  async function failureOf(name: string): Promise<unknown> {
    return loadAssembly(name).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it('has assemblies of its own, all of whose plugins stand', async () => {
    expect(assemblyNames).to.deep.equal(['default', 'sandbox']);
    for (const name of assemblyNames) {
      const { plugins } = await loadAssembly(name);
      expect(plugins.filter(({ state }) => state !== 'ok' && state !== 'disabled')).to.deep.equal([]);
    }
  });

  it('orders the steps of the default assembly as security asks for', async () => {
    const { phases } = (await loadAssembly()).pipeline(createPipeline).describe();
    const order = phases.flatMap(({ steps }) => steps.map(({ id }) => id));
    const inOrder = (...ids: string[]): void => {
      const places = ids.map((id) => order.indexOf(id));
      expect(places, ids.join(' < ')).to.deep.equal(places.toSorted((a, b) => a - b));
      expect(places).not.to.include(-1);
    };
    inOrder('spec.weigh', 'init.begin', 'signals.hold', 'state.make', 'namespaces.clone', 'namespaces.map', 'namespaces.go');
    inOrder('rootfs.open', 'mounts.mount', 'devices.make', 'terminal.open', 'mounts.pivot', 'mounts.protect', 'mounts.mask', 'kernel.set');
    inOrder('capabilities.bound', 'user.become', 'cwd.check', 'capabilities.set', 'init.ready', 'process.exec');
    inOrder('init.await', 'state.publish', 'init.leave', 'terminal.supervise');
  });

  it("builds on an assembly with others' plugins, found from the config's folder", async () => {
    write('plugin.mjs', pluginOfOthers);
    const file = write('assembly.json', { api: 1, extends: 'default', disabled: ['devices'], plugins: { acme: { use: './plugin.mjs' } } });
    const assembly = await loadAssembly(file);
    const { phases } = assembly.pipeline(createPipeline).describe();
    const steps = phases.flatMap((phase) => phase.steps.map(({ id }) => id));
    expect(steps).to.include('acme.greet').and.not.to.include('devices.make');
  });

  it('gathers the problems of a config', async () => {
    const error = await failureOf(write('assembly.json', { api: 1, plugins: { core: {}, sate: {}, nowhere: { use: './nowhere.mjs' } } }));
    expect(AssemblyError.is(error)).to.equal(true);
    expect((error as AssemblyError).problems.map(({ subject }) => subject)).to.include('nowhere');
  });

  it('refuses a config that others may write to, since it says what code runs', async () => {
    const file = write('assembly.json', { api: 1, plugins: {} });
    for (const mode of [0o620, 0o602, 0o666]) {
      chmodSync(file, mode);
      expect(SafetyError.is(await failureOf(file)), mode.toString(8)).to.equal(true);
    }
  });

  it('says what it could not read', async () => {
    for (const file of [join(directory, 'none.json'), write('broken.json', '{')]) {
      const error = await failureOf(file);
      expect(PlumbingError.is(error) && error.code, file).to.equal('ASSEMBLY_NOT_READABLE');
    }
  });
});
