// Runs the scripts as bin/standpipe.cjs does, and then writes what V8 compiled of them: with what ran, the functions
// that every start needs, and without the others. Needs no privilege, and a directory of its own to work in.
'use strict';
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { runScript } = require('../bin/run-script.cjs');

const scratch = process.argv[2];
const bundle = join(__dirname, '../dist/bundle');
const root = join(scratch, 'state');

// A container that ended long ago, for those that steer.
const state = {
  ociVersion: '1.3.0',
  id: 'ended',
  bundle: scratch,
  annotations: {},
  foreground: false,
  bootId: '00000000-0000-0000-0000-000000000000',
  pid: 1,
  pidfdInode: '1',
  aliveAt: { seconds: 0, nanoseconds: 0 },
};
mkdirSync(join(root, 'ended'), { recursive: true, mode: 0o700 });
writeFileSync(join(root, 'ended/state.json'), JSON.stringify(state));

const scripts = [];
const { main } = runScript(bundle, 'standpipe.cjs', (filename, script) => scripts.push({ filename, script }));

async function warmUp() {
  const rootless = process.geteuid() === 0 ? [] : ['--rootless'];
  for (const words of [
    ['spec', '--bundle', scratch, ...rootless],
    ['compile', '--bundle', scratch, '--output', join(scratch, 'app')],
    ['--root', root, 'state', 'ended'],
    ['--root', root, 'list'],
    ['--root', root, 'delete', 'ended'],
  ]) {
    if ((await main(words)) !== 0) throw new Error(`standpipe ${words.join(' ')} failed`);
  }
  for (const { filename, script } of scripts) writeFileSync(`${filename}.code`, script.createCachedData());
}

warmUp().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
