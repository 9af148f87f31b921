import { planCreate, planExec } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import cpuAffinity, { cpuAffinityPlugin } from '../src/index.js';

const process = { user: { uid: 0, gid: 0 }, cwd: '/', args: ['sh'], execCPUAffinity: { initial: '0', final: '1' } };

describe('the cpu-affinity plugin', () => {
  it('is exported by name and as default', () => {
    expect(cpuAffinity).to.equal(cpuAffinityPlugin);
  });

  it('has a process born on the first CPUs, and run on the others', async () => {
    const { program } = await planExec(cpuAffinityPlugin, { process });
    const steps = program.source().sections.map(({ fragments }) => fragments.map(({ origin }) => origin.step));
    expect(steps).to.deep.equal([['cpus.set', 'cpus.restore'], ['cpus.limit']]);
  });

  it("does nothing to a container's first process", async () => {
    const { program } = await planCreate(cpuAffinityPlugin, { spec: { process } });
    expect(program.source().sections.flatMap(({ fragments }) => fragments)).to.deep.equal([]);
  });
});
