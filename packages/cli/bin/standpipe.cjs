#!/usr/bin/env node
// Runs the bundled scripts with the code that V8 compiled of them when they were built, which halves what Standpipe's own part
// of a start takes. V8 refuses what another version compiled, and compiles anew.
'use strict';
const { join } = require('node:path');

const directory = join(__dirname, '../dist/bundle');
const { main } =
  process.versions.bun === undefined
    ? require('./run-script.cjs').runScript(directory, 'standpipe.cjs')
    : require(join(directory, 'standpipe.cjs'));

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
