import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeFeatures } from '@standpipe/oci-spec';
import { buf, disassemble, label, link, reg, section, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Hook, hookKinds, type HooksRegs, planHooks, SENTENCE_SIZE } from '../src/index.js';

const container = { ociVersion: '1.3.0', id: 'web', bundle: '/srv/web' };
const hook: Hook = { path: '/usr/bin/hook', args: ['hook', 'add'], env: ['A=1'], timeout: 30 };

function textOf(hooks: readonly Hook[], regs: Partial<HooksRegs> = {}): string {
  const plan = planHooks(
    { kind: 'createRuntime', hooks, container },
    { pid: reg('container'), sentence: buf('sentence', SENTENCE_SIZE), ...regs },
  );
  const host = section('host', label('host'), plan.ops, [sys('exit_group', [0])], { plugin: 'hooks', step: 'hooks.create' });
  return disassemble(link({ sections: [host, ...plan.sections] }));
}

describe('planHooks', () => {
  it('clones a section for each hook, and tells of what failed in one place', () => {
    const path = fileURLToPath(new URL('../../test/golden/two-hooks.txt', import.meta.url));
    const text = textOf([hook, { path: '/bin/true' }], { interruptible: true });
    if (process.env['STANDPIPE_GOLDEN'] === 'write') writeFileSync(path, text);
    expect(text).to.equal(readFileSync(path, 'utf8'));
  });

  it('asks for a larger pipe only where the state is larger than one, and for signals only where it can be interrupted', () => {
    expect(textOf([hook]))
      .not.to.include('F_SETPIPE_SZ')
      .and.not.to.include('signalfd4');
    const annotations = { long: 'x'.repeat(5000) };
    const plan = planHooks(
      { kind: 'prestart', hooks: [hook], container: { ...container, annotations } },
      { sentence: buf('sentence', 64) },
    );
    expect(plan.ops.filter((op) => op.op === 'syscall' && op.name === 'fcntl')).to.have.length(2);
  });

  it('plans nothing for no hooks', () => {
    expect(planHooks({ kind: 'prestart', hooks: [], container }, { sentence: buf('sentence', 64) })).to.deep.equal({
      ops: [],
      sections: [],
    });
  });

  it('knows the kinds that the specification has', () => {
    expect(hookKinds).to.deep.equal(describeFeatures({ hooks: true }).hooks);
  });
});
