import { rejects } from 'node:assert/strict';
import { disassemble, link } from '@standpipe/program';
import { planCreate, type PlanCreateInput, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import selinux, { selinuxPlugin } from '../src/index.js';

const web = 'system_u:system_r:container_t:s0:c1,c2';
const all = 'system_u:system_r:container_t:s0';
const settings = (selinuxLabel?: string): { user: { uid: number; gid: number }; cwd: string; args: string[]; selinuxLabel?: string } => ({
  user: { uid: 0, gid: 0 },
  cwd: '/',
  args: ['true'],
  ...(selinuxLabel === undefined ? {} : { selinuxLabel }),
});

async function planned(selinuxLabel?: string, input: PlanCreateInput = {}): Promise<string> {
  const { program } = await planCreate(selinuxPlugin, { ...input, spec: { process: settings(selinuxLabel), ...input.spec } });
  return disassemble(link(program.source()));
}

describe('the selinux plugin', () => {
  it('is exported by name and as default', () => {
    expect(selinux).to.equal(selinuxPlugin);
  });

  it('sets the label that the config names, or else that of its options, or none', async () => {
    expect(await planned(web)).to.include(`have the command run with the SELinux label "${web}" (/process/selinuxLabel)`);
    expect(await planned(web, { config: { label: all } })).to.include(`"${web}"`);
    for (const none of [undefined, '']) {
      expect(await planned(none, { config: { label: all } })).to.include(`"${all}"`);
      expect(await planned(none)).not.to.match(/SELinux/);
    }
  });

  it('first looks, in the host half, whether SELinux runs', async () => {
    const [host = '', container = ''] = (await planned(web)).split(/^container/m);
    expect(host).to.include('/sys/fs/selinux').and.not.to.include('attr/exec');
    expect(container).to.include('attr/exec').and.not.to.include('/sys/fs/selinux');
  });

  it('looks for it where only mounts are labelled, too', async () => {
    const text = await planned(undefined, {
      spec: { process: settings(), linux: { mountLabel: 'system_u:object_r:container_file_t:s0' } },
    });
    expect(text).to.include('SELinux does not run here (/linux/mountLabel)');
  });

  it('labels the keyring where there is a new one', async () => {
    expect(await planned(web)).to.include('attr/keycreate');
    expect(await planned(web, { settings: { noNewKeyring: true } })).not.to.include('attr/keycreate');
  });

  it('confines what is executed in a container as it is itself, unless another label is named', async () => {
    const label = async (own?: string): Promise<string> =>
      disassemble(link((await planExec(selinuxPlugin, { spec: { process: settings(web) }, process: settings(own) })).program.source()));
    expect(await label()).to.include(`"${web}"`);
    expect(await label('')).to.include(`"${web}"`);
    expect(await label(all))
      .to.include(`"${all}"`)
      .and.not.to.include(`"${web}"`);
  });

  it('warns where the policy does not allow for no_new_privs', async () => {
    const warnings = async (capability: string | undefined, noNewPrivileges: boolean): Promise<string[]> => {
      const { warnings: found } = await planCreate(selinuxPlugin, {
        spec: { process: { ...settings(web), noNewPrivileges } },
        facts: { readText: (path) => (path.endsWith('nnp_nosuid_transition') ? capability : undefined) },
      });
      return found.map(({ pointer }) => pointer);
    };
    expect(await warnings('0', true)).to.deep.equal(['/process/noNewPrivileges']);
    expect(await warnings('0', false)).to.deep.equal([]);
    expect(await warnings('1', true)).to.deep.equal([]);
    expect(await warnings(undefined, true)).to.deep.equal([]);
  });

  it('refuses what is no label', async () => {
    await rejects(planned('a\nb'), /no SELinux label/);
    await rejects(planned(undefined, { config: { label: '' } }), /CONFIG_INVALID|problem/);
    await rejects(planned(undefined, { config: { labels: 'a' } }), /CONFIG_INVALID|problem/);
  });
});
