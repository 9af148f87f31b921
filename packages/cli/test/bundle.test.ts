import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const script = (name: string): string => readFileSync(fileURLToPath(new URL(`../bundle/${name}`, import.meta.url)), 'latin1');

describe('the bundled scripts', () => {
  it('leave yargs, inversify and D-Bus to those who ask for them', () => {
    for (const name of ['standpipe.cjs', 'steer.cjs', 'make.cjs']) {
      expect(script(name), name).not.to.include('-begin-{{app_name}}-completions-');
      expect(script(name), name).not.to.include('inversify');
      expect(script(name), name).not.to.include('org.freedesktop.DBus.Introspectable');
    }
    // It would prove nothing if these were not the words of theirs.
    expect(script('help.js')).to.include('-begin-{{app_name}}-completions-');
    expect(script('injector.js')).to.include('inversify');
  });

  it('that steer containers have no part that makes them', () => {
    expect(script('make.cjs')).to.include('have the command run under the AppArmor profile');
    expect(script('steer.cjs')).not.to.include('have the command run under the AppArmor profile');
  });
});
