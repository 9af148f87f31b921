import { reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DataOption } from '../src/index.js';
import { overlayOptions, splitLayers } from '../src/overlay.js';
import { straight } from './straight.js';

const context = reg('context');
const say = 'mount "overlay" on "/d"';
const long = (name: string): string => `/${name.repeat(200)}/${name.repeat(80)}`;

function calls(options: readonly DataOption[]): string[] {
  const { configure, close } = overlayOptions(options, context, { say });
  return straight([...configure, ...close]);
}

describe('overlayOptions', () => {
  it('gives short ones as they are', () => {
    expect(calls([{ key: 'lowerdir', value: '/a:/b\\:c' }, { key: 'metacopy', value: 'on' }, { key: 'index' }])).to.deep.equal([
      'fsconfig(context, FSCONFIG_SET_STRING, "lowerdir", "/a:/b\\\\:c", 0)',
      'fsconfig(context, FSCONFIG_SET_STRING, "metacopy", "on", 0)',
      'fsconfig(context, FSCONFIG_SET_FLAG, "index", NULL, 0)',
    ]);
  });

  it('gives a long list layer by layer, and a long path by an fd', () => {
    const layers = [...Array(30).keys()].map((i) => `/layers/${String(i)}`);
    const made = calls([{ key: 'lowerdir', value: [...layers, long('l'), '', '/data'].join(':') }]);
    expect(made.slice(0, 30)).to.deep.equal(layers.map((path) => `fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", "${path}", 0)`));
    expect(made.slice(30)).to.deep.equal([
      `layer = openat(AT_FDCWD, "${long('l')}", O_CLOEXEC|O_PATH|O_DIRECTORY)`,
      'fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", &layer_name, 0)',
      'fsconfig(context, FSCONFIG_SET_STRING, "datadir+", "/data", 0)',
      // Not before it is made: older kernels open it only then.
      'close(layer)',
    ]);
  });

  it('gives long directories that are written to by an fd', () => {
    expect(calls([{ key: 'upperdir', value: long('u') }])[1]).to.equal(
      'fsconfig(context, FSCONFIG_SET_STRING, "upperdir", &layer_name, 0)',
    );
  });
});

describe('splitLayers', () => {
  it('takes colons with a backslash for part of a name', () => {
    expect(splitLayers('/a\\:b:/c\\\\:/d::/e:/f\\')).to.deep.equal([
      { path: '/a:b', dataOnly: false },
      { path: '/c\\', dataOnly: false },
      { path: '/d', dataOnly: false },
      { path: '/e', dataOnly: true },
      { path: '/f\\', dataOnly: true },
    ]);
  });
});
