import { expect } from 'chai';
import { describe, it } from 'mocha';
import { commands } from '../src/commands.js';
import { helpText } from '../src/help.js';

describe('helpText', () => {
  it('lists every command and global option', async () => {
    const text = await helpText();
    for (const { name, describe: what } of commands) expect(text).to.include(name).and.to.include(what.slice(0, 20));
    for (const option of ['--root', '--log', '--log-format', '--assembly', '--debug']) expect(text).to.include(option);
  });

  for (const command of commands) {
    it(`lists every option of ${command.name}`, async () => {
      const text = await helpText(command);
      expect(text).to.include(`standpipe ${command.name}`);
      for (const name of Object.keys(command.options)) expect(text).to.include(`--${name}`);
      for (const positional of command.positionals) expect(text).to.include(positional.name);
    });
  }
});
