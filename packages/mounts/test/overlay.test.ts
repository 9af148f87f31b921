import { reg } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { overlayOptions, splitLayers } from '../src/overlay.js';
import { straight } from './straight.js';

const context = reg('context');
const say = 'mount "overlay" on "/d"';
const long = (name: string): string => `/${name.repeat(200)}/${name.repeat(80)}`;

describe('overlayOptions', () => {
  it('gives short ones as they are', () => {
    expect(
      straight(
        overlayOptions([{ key: 'lowerdir', value: '/a:/b\\:c' }, { key: 'metacopy', value: 'on' }, { key: 'index' }], context, { say }),
      ),
    ).to.deep.equal([
      'fsconfig(context, FSCONFIG_SET_STRING, "lowerdir", "/a:/b\\\\:c", 0)',
      'fsconfig(context, FSCONFIG_SET_STRING, "metacopy", "on", 0)',
      'fsconfig(context, FSCONFIG_SET_FLAG, "index", NULL, 0)',
    ]);
  });

  it('gives a long list layer by layer, and a long path by an fd', () => {
    const layers = [...Array(30).keys()].map((i) => `/layers/${String(i)}`);
    const calls = straight(overlayOptions([{ key: 'lowerdir', value: [...layers, long('l'), '', '/data'].join(':') }], context, { say }));
    expect(calls.slice(0, 30)).to.deep.equal(layers.map((path) => `fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", "${path}", 0)`));
    expect(calls.slice(30)).to.deep.equal([
      `layer = openat(AT_FDCWD, "${long('l')}", O_CLOEXEC|O_PATH|O_DIRECTORY)`,
      'fsconfig(context, FSCONFIG_SET_STRING, "lowerdir+", &layer_name, 0)',
      'close(layer)',
      'fsconfig(context, FSCONFIG_SET_STRING, "datadir+", "/data", 0)',
    ]);
  });

  it('gives long directories that are written to by an fd', () => {
    expect(straight(overlayOptions([{ key: 'upperdir', value: long('u') }], context, { say }))[1]).to.equal(
      'fsconfig(context, FSCONFIG_SET_STRING, "upperdir", &layer_name, 0)',
    );
  });
});

describe('splitLayers', () => {
  it('takes colons with a backslash for part of a name', () => {
    expect(splitLayers('/a\\:b:/c\\\\:/d::/e:/f')).to.deep.equal([
      { path: '/a:b', dataOnly: false },
      { path: '/c\\:/d', dataOnly: false },
      { path: '/e', dataOnly: true },
      { path: '/f', dataOnly: true },
    ]);
  });
});
