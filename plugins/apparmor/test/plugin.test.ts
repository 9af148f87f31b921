import { rejects } from 'node:assert/strict';
import { disassemble, link } from '@standpipe/program';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import apparmor, { apparmorPlugin } from '../src/index.js';

async function planned(apparmorProfile?: string, input: PlanCreateInput = {}): Promise<string> {
  const process = { user: { uid: 0, gid: 0 }, cwd: '/', args: ['true'], apparmorProfile };
  return disassemble(link((await planCreate(apparmorPlugin, { ...input, spec: { process } })).program.source()));
}

describe('the apparmor plugin', () => {
  it('is exported by name and as default', () => {
    expect(apparmor).to.equal(apparmorPlugin);
  });

  it('sets the profile that the config names, or else that of its options, or none', async () => {
    expect(await planned('web'))
      .to.include('have the command run under the AppArmor profile "web" (/process/apparmorProfile)')
      .and.to.include('"exec web"');
    expect(await planned('web', { config: { profile: 'all' } })).to.include('"exec web"');
    expect(await planned(undefined, { config: { profile: 'all' } })).to.include('"exec all"');
    expect(await planned('', { config: { profile: 'all' } })).to.include('"exec all"');
    expect(await planned()).not.to.match(/AppArmor/);
    expect(await planned('')).not.to.match(/AppArmor/);
  });

  it('refuses what is no name', async () => {
    await rejects(planned('a\nb'), /no name of an AppArmor profile/);
    await rejects(planned(undefined, { config: { profile: '' } }), /CONFIG_INVALID|problem/);
    await rejects(planned(undefined, { config: { profiles: 'a' } }), /CONFIG_INVALID|problem/);
  });
});
