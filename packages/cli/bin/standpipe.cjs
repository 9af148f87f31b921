#!/usr/bin/env node
// Loads the bundle with the code that V8 compiled of it when it was built, which halves what Standpipe's own part
// of a start takes. V8 refuses what another version compiled, and compiles anew.
'use strict';
const { join } = require('node:path');

const directory = join(__dirname, '../dist/bundle');
const filename = join(directory, 'standpipe.cjs');

if (process.versions.bun !== undefined) {
  require(filename);
} else {
  const { readFileSync } = require('node:fs');
  const { createRequire } = require('node:module');
  const vm = require('node:vm');

  let cachedData;
  try {
    cachedData = readFileSync(`${filename}.code`);
  } catch {
    // It is an optimization, and the bundle is complete without it.
  }
  const source = `(function (require, __filename, __import) {${readFileSync(filename, 'latin1')}\n})`;
  const start = new vm.Script(source, { filename, cachedData }).runInThisContext();
  // Code from a cache has forgotten what its import() goes by, so the bundle is given one.
  start(createRequire(filename), filename, (name) => import(name.startsWith('./') ? join(directory, name) : name));
}
