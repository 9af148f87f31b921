import type { Hooks } from '@standpipe/hooks';
import { disassemble, link } from '@standpipe/program';
import { awaitReached, sendGo, sendReached } from '@standpipe/namespaces';
import { type CreateSettings, Meeting } from '@standpipe/runtime-api';
import { planCreate } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import hooks, { hooksPlugin } from '../src/index.js';

const hook = { path: '/bin/hook' };

async function program(given: Hooks, settings: Partial<CreateSettings> = {}): Promise<Record<string, string>> {
  const { program: draft } = await planCreate(hooksPlugin, {
    spec: { hooks: given },
    settings,
    prepare: ({ slots, regs: { sync } }) => {
      slots.set(Meeting, { reach: () => sendReached(sync), hold: (ops) => [...awaitReached(sync), ...ops, ...sendGo(sync)] });
    },
  });
  const text = disassemble(link(draft.source()));
  const sections: Record<string, string> = {};
  let name = '';
  for (const line of text.split('\n')) {
    if (/^\S/.test(line)) name = line;
    sections[name] = `${sections[name] ?? ''}${line}\n`;
  }
  return sections;
}

/** That these are found, in this order. */
function expectOrder(text: string | undefined, parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const found = text?.indexOf(part, from) ?? -1;
    expect(found, `${part} in its place in\n${String(text)}`).to.be.at.least(0);
    from = found + 1;
  }
}

describe('the hooks plugin', () => {
  it('is exported by name and as default', () => {
    expect(hooks).to.equal(hooksPlugin);
  });

  it('plans nothing without hooks', async () => {
    for (const given of [{}, { prestart: [], poststop: [] }]) {
      const sections = await program(given);
      expect(Object.values(sections).join('')).not.to.include('hooks/');
    }
  });

  it('has the container half wait while the host half runs its hooks, and then run its own', async () => {
    const sections = await program({ prestart: [hook], createRuntime: [hook, hook], createContainer: [hook] });
    expectOrder(sections['container'], [
      '# hooks/hooks.create: tell the host that it is its turn',
      '# hooks/hooks.create: wait for the host',
      'error running createContainer hook #0',
    ]);
    expectOrder(sections['host'], [
      "# hooks/hooks.create: wait for the container's set-up",
      'error running prestart hook #0',
      'error running createRuntime hook #0',
      'error running createRuntime hook #1',
      '# hooks/hooks.create: tell the container to go on',
    ]);
    // In the root filesystem.
    expect(sections['hook']).to.be.a('string');
  });

  it('has nobody wait for hooks of the container half alone', async () => {
    const sections = await program({ createContainer: [hook], startContainer: [hook] });
    expect(sections['container']).not.to.include('it is its turn');
    expectOrder(sections['container'], [
      'hooks/hooks.create: error running createContainer',
      'hooks/hooks.start: error running startContainer',
    ]);
  });

  it('runs createContainer hooks in the root filesystem, and no others', async () => {
    expect((await program({ createContainer: [hook] }))['hook']).to.include('fchdir(root)');
    for (const given of [{ prestart: [hook] }, { startContainer: [hook] }, { poststart: [hook] }, { poststop: [hook] }])
      expect((await program(given))['hook']).not.to.include('fchdir');
  });

  it('leaves poststart hooks to who starts a container that is held', async () => {
    expect((await program({ poststart: [hook] }))['host']).to.include('hooks/hooks.poststart: error running poststart hook #0');
    expect((await program({ poststart: [hook] }, { hold: true, detach: true, keep: true }))['host'] ?? '').not.to.include('poststart');
  });

  it('runs poststop hooks as an undo, if the container was there, and is not kept', async () => {
    const sections = await program({ poststop: [hook] });
    expectOrder(sections['host'], ["wait for the container's set-up", 'poststop_hooks_due = 1', 'tell the container to go on']);
    expect(sections['host']).not.to.include('poststop_hooks_due = 0');
    expectOrder(sections['host, undo'], ['if poststop_hooks_due != 1 goto', 'clone(', 'waitid(']);
    expectOrder(sections['poststop hook 0'], ['prctl(PR_SET_PDEATHSIG, SIGKILL', 'error running poststop hook #0']);
    expect(sections['poststop hook 0, end']).to.include('report(2, "standpipe: warning: ", "\\n")');
    expect((await program({ poststop: [hook] }, { keep: true }))['host']).to.include('poststop_hooks_due = 0');
  });

  it('tells of failed poststop hooks in the log, and not on a standard error that is the container’s', async () => {
    const log = { path: '/run/log', format: 'json' as const };
    const sections = await program({ poststop: [hook] }, { log, onCreated: () => undefined });
    expect(sections['poststop hook 0, end']).to.include('{\\"level\\":\\"warning\\"').and.not.to.include('report(2');
  });
});
