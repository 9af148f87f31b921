import type { Plugin } from '@standpipe/kernel';
import { sys } from '@standpipe/program';
import { createPipeline } from '@standpipe/runtime-api';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { capabilitiesPlugin } from '../src/index.js';

const status = `CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n`;
const files: Readonly<Record<string, string>> = { '/proc/sys/kernel/cap_last_cap': '40\n', '/proc/self/status': status };
/** With a step that stands for the process plugin's. */
const withUser: Plugin = {
  ...capabilitiesPlugin,
  declare: (kit, config) => [
    kit.step(createPipeline.phase.restrict, {
      id: 'user.become',
      run: ({ program }) => program.container([sys('setresuid', [5, 5, 5], { say: 'become user 5' })]),
    }),
    ...capabilitiesPlugin.declare(kit, config),
  ],
};

async function planned(spec: PlanCreateInput['spec'] & object): Promise<{ said: string[]; warned: string[] }> {
  const { program, warnings } = await planCreate(withUser, { spec, facts: { readText: (path) => files[path] } });
  const said = program
    .source()
    .sections.flatMap(({ fragments }) =>
      fragments.flatMap(({ ops }) => ops.flatMap((op) => ('say' in op && op.say !== undefined ? [op.say] : []))),
    );
  return { said, warned: warnings.map(({ pointer, message }) => `${pointer}: ${message}`) };
}

const raised = 'have the capabilities in effect that restricting oneself takes';
const process = { user: { uid: 5, gid: 5 }, cwd: '/', args: ['sh'] };

describe('the capabilities plugin', () => {
  it('drops and keeps before the user changes, and sets after', async () => {
    const capabilities = { bounding: ['CAP_KILL'], permitted: ['CAP_KILL'], effective: ['CAP_KILL'] };
    const { said, warned } = await planned({ process: { ...process, capabilities } });
    const user = said.indexOf('become user 5');
    expect(said.slice(0, user))
      .to.include('drop CAP_SYS_ADMIN from the bounding set')
      .and.include('keep capabilities across the change of user');
    expect(said.slice(user + 1).filter((line) => line !== raised)).to.deep.equal([
      'set the capabilities: effective 0x0000000000000020, permitted 0x0000000000000020, inheritable 0x0000000000000000',
    ]);
    expect(warned).to.deep.equal([]);
  });

  it('has them in effect in between for those who restrict a process that is root no more', async () => {
    const capabilities = { permitted: ['CAP_KILL'] };
    const raises = async (more: object): Promise<boolean> =>
      (await planned({ process: { ...process, capabilities, ...more } })).said.includes(raised);
    expect(await raises({})).to.equal(true);
    expect(await raises({ noNewPrivileges: true })).to.equal(false);
    expect(await raises({ user: { uid: 0, gid: 0 } })).to.equal(false);
  });

  it('clears what is inheritable when the field is missing', async () => {
    expect((await planned({ process })).said).to.deep.equal([
      'become user 5',
      'look at the capabilities',
      'clear the inheritable capabilities',
    ]);
  });

  it("gives what the runtime has, and in a user namespace of the container's own all", async () => {
    const capabilities = { bounding: ['CAP_SYS_ADMIN'] };
    expect((await planned({ process: { ...process, capabilities } })).warned).to.deep.equal([
      '/process/capabilities/bounding/0: CAP_SYS_ADMIN is left out of the bounding set: not in the bounding set of the caller',
    ]);
    const linux = { namespaces: [{ type: 'user' }] as const };
    expect((await planned({ process: { ...process, capabilities }, linux })).warned).to.deep.equal([]);
  });
});
