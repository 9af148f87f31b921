// Runs the bundle as bin/standpipe.cjs does, and then writes what V8 compiled of it: with what ran, the functions
// that every start needs, and without the others.
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const vm = require('node:vm');

const filename = join(__dirname, '../dist/bundle/standpipe.cjs');
const script = new vm.Script(`(function (require, __filename, __import) {${readFileSync(filename, 'latin1')}\n})`, { filename });
process.once('exit', (code) => {
  if (code === 0) writeFileSync(`${filename}.code`, script.createCachedData());
});
script.runInThisContext()(createRequire(filename), filename);
