'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const vm = require('node:vm');

const scripts = new Map();

/**
 * Runs a bundled script, once, with V8's code of it where there is one that fits. Gives its exports. `onScript` is told of each script that is loaded.
 */
function runScript(directory, name, onScript) {
  const known = scripts.get(name);
  if (known !== undefined) return known.exports;
  const filename = join(directory, name);
  let cachedData;
  try {
    cachedData = onScript === undefined ? readFileSync(`${filename}.code`) : undefined;
  } catch {
    // It is an optimization, and the script is complete without it.
  }
  const source = `(function (require, __filename, __import, module) {${readFileSync(filename, 'latin1')}\n})`;
  const script = new vm.Script(source, { filename, cachedData });
  const module = { exports: {} };
  scripts.set(name, module);
  onScript?.(filename, script);
  // Code from a cache has forgotten what its import() goes by, so the script is given one.
  const load = async (wanted) => {
    const [file, verb] = wanted.split('#');
    if (verb !== undefined) return runScript(directory, file, onScript)[verb.replaceAll('-', '_')];
    return import(file.startsWith('./') ? join(directory, file) : file);
  };
  script.runInThisContext()(createRequire(filename), filename, load, module);
  return module.exports;
}

exports.runScript = runScript;
