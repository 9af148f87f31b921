import { rejects } from 'node:assert/strict';
import { disassemble, link } from '@standpipe/program';
import { planCreate, type PlanCreateInput } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import landlock, { landlockPlugin } from '../src/index.js';

const annotation = 'org.standpipe.landlock';
const policy = { paths: [{ path: '/usr', allow: ['read', 'execute'] }] };

async function planned(input: PlanCreateInput & { noNewPrivileges?: boolean } = {}): Promise<{ text: string; warnings: string[] }> {
  const { noNewPrivileges = true, spec, ...more } = input;
  const { program, warnings } = await planCreate(landlockPlugin, {
    facts: { landlockAbi: () => 3 },
    ...more,
    spec: { process: { user: { uid: 0, gid: 0 }, cwd: '/', args: ['true'], noNewPrivileges }, ...spec },
  });
  return { text: disassemble(link(program.source())), warnings: warnings.map(({ pointer }) => pointer) };
}

describe('the landlock plugin', () => {
  it('is exported by name and as default', () => {
    expect(landlock).to.equal(landlockPlugin);
  });

  it('does nothing where no policy is', async () => {
    expect((await planned({ facts: { landlockAbi: () => 0 } })).text).not.to.include('landlock');
  });

  it('puts its own policy into effect, and that of an annotation inside of it', async () => {
    const { text, warnings } = await planned({
      config: { policy: { ports: [] } },
      spec: { annotations: { [annotation]: JSON.stringify(policy) } },
    });
    expect(text.match(/landlock_restrict_self\(/g)).to.have.length(1);
    expect(text).to.include(`(/annotations/${annotation}/paths/0)`);
    expect(warnings).to.deep.equal(['/ports', `/annotations/${annotation}/paths`]);
    const both = await planned({
      facts: { landlockAbi: () => 7 },
      config: { policy: { ports: [] } },
      spec: { annotations: { [annotation]: JSON.stringify(policy) } },
    });
    expect(both.text.match(/landlock_restrict_self\(/g)).to.have.length(2);
  });

  it('comes early where privileges are needed for it, and last where they are not', async () => {
    expect((await planned({ config: { policy } })).text).to.include('landlock/landlock.enter:');
    expect((await planned({ config: { policy }, noNewPrivileges: false })).text).to.include('landlock/landlock.enter-early:');
  });

  it('fails where a policy can not be enforced', async () => {
    await rejects(planned({ config: { policy }, facts: { landlockAbi: () => 0 } }), /no Landlock/);
    await rejects(planned({ config: { policy, strict: true } }), /in part only/);
  });

  it('tells what is wrong with its options and with an annotation', async () => {
    await rejects(planned({ config: { policy: { paths: [{ path: 'usr', allow: [] }] }, more: 1 } }), (error) => {
      expect(JSON.stringify(error))
        .to.match(/policy\/paths\/0\/path/)
        .and.to.match(/more/);
      return true;
    });
    await rejects(planned({ spec: { annotations: { [annotation]: '{' } } }), /no JSON/);
    await rejects(planned({ spec: { annotations: { [annotation]: '{}' } } }), /not well-formed/);
  });
});
