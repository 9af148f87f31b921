import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type AssemblyLookup, parseAssemblyConfig } from '../../src/index.js';
import { linesOf } from '../fixtures/kitchen.js';

function faultsOf(document: unknown, lookup?: AssemblyLookup): string[] {
  try {
    parseAssemblyConfig(document, 'a.json', lookup);
  } catch (error) {
    return linesOf(error);
  }
  throw new Error('the document was taken');
}

describe('parseAssemblyConfig', () => {
  it('takes a full document', () => {
    const document = {
      api: 1,
      required: ['seccomp'],
      disabled: ['selinux'],
      bind: { 'cgroups.manager': 'cgroups-systemd' },
      plugins: {
        seccomp: {},
        selinux: {},
        'cgroups-systemd': { slice: 'machine.slice' },
        'gpu/left': { use: '@acme/runtime-gpu' },
        '@acme/gpu/right': {},
      },
    };
    expect(parseAssemblyConfig(document, 'a.json')).to.deep.equal(document);
  });

  it('takes the least there is', () => {
    expect(parseAssemblyConfig({ api: 1 }, 'a.json')).to.deep.equal({ api: 1, required: [], disabled: [], bind: {}, plugins: {} });
  });

  const refused: readonly [string, unknown, readonly string[]][] = [
    ['what is no object', [], ['CONFIG_INVALID a.json: (document): must be an object']],
    ['null', null, ['CONFIG_INVALID a.json: (document): must be an object']],
    ['an unknown key', { api: 1, plugin: {} }, ['CONFIG_INVALID a.json: /plugin: unknown key (did you mean plugins?)']],
    ['no api', {}, ['CONFIG_INVALID a.json: /api: is missing, must be 1']],
    ['another api', { api: '1' }, ['CONFIG_INVALID a.json: /api: is "1", must be 1']],
    [
      'lists that are none',
      { api: 1, required: 'seccomp', disabled: {} },
      ['CONFIG_INVALID a.json: /disabled: must be an array of names', 'CONFIG_INVALID a.json: /required: must be an array of names'],
    ],
    [
      'names that are none',
      { api: 1, required: ['a', 1], disabled: [''], extends: 1 },
      [
        'CONFIG_INVALID a.json: /disabled/0: must be a non-empty string',
        'CONFIG_INVALID a.json: /extends: must be a non-empty string',
        'CONFIG_INVALID a.json: /required/1: must be a non-empty string',
      ],
    ],
    [
      'a plugin both required and disabled',
      { api: 1, required: ['a'], disabled: ['b', 'a'] },
      ['CONFIG_INVALID a.json: /disabled/1: a is required as well'],
    ],
    ['bindings to no name', { api: 1, bind: { 'a/b': 1 } }, ['CONFIG_INVALID a.json: /bind/a~1b: must be a non-empty string']],
    ['plugins that are no object', { api: 1, plugins: ['a'] }, ['CONFIG_INVALID a.json: /plugins: must be an object']],
    ['a plugin that is no object', { api: 1, plugins: { a: true } }, ['CONFIG_INVALID a.json: /plugins/a: must be an object']],
    [
      'a use that is no name',
      { api: 1, plugins: { 'a/b': { use: '' } } },
      ['CONFIG_INVALID a.json: /plugins/a~1b/use: must be a non-empty string'],
    ],
  ];
  for (const [title, document, faults] of refused) {
    it(`refuses ${title}`, () => {
      expect(faultsOf(document)).to.deep.equal(faults);
    });
  }

  for (const instance of ['', '/', 'a/', '/a', 'a/b/c', '../a', 'a b', '__proto__', '@acme']) {
    it(`refuses ${JSON.stringify(instance)} as an instance id`, () => {
      const document: unknown = JSON.parse(`{ "api": 1, "plugins": { ${JSON.stringify(instance)}: {} } }`);
      expect(faultsOf(document)[0]).to.match(/^CONFIG_INVALID a\.json: \/plugins\/.*: an instance id is/);
    });
  }

  it('keeps a binding of a service called __proto__ in sight', () => {
    const parsed = parseAssemblyConfig(JSON.parse('{ "api": 1, "bind": { "__proto__": "a" } }'), 'a.json');
    expect(Object.keys(parsed.bind ?? {})).to.deep.equal(['__proto__']);
  });

  describe('with extends', () => {
    const library: Record<string, unknown> = {
      default: {
        api: 1,
        required: ['seccomp'],
        disabled: ['selinux'],
        bind: { a: 'x' },
        plugins: { mounts: { strict: true }, seccomp: {}, selinux: {} },
      },
      middle: { api: 1, extends: 'default', plugins: { rdt: {} } },
      left: { api: 1, extends: 'right' },
      right: { api: 1, extends: 'left' },
      broken: { api: 1, plugin: {} },
    };
    const lookup: AssemblyLookup = (name) => (name in library ? { document: library[name], source: `${name}.json` } : undefined);

    it('lays the document over its base, through several floors', () => {
      const document = {
        api: 1,
        extends: 'middle',
        required: ['selinux'],
        disabled: ['seccomp'],
        bind: { b: 'y' },
        plugins: { own: {}, mounts: { lazy: true } },
      };
      const config = parseAssemblyConfig(document, 'a.json', lookup);
      expect(config).to.deep.equal({
        api: 1,
        required: ['selinux'],
        disabled: ['seccomp'],
        bind: { a: 'x', b: 'y' },
        plugins: { mounts: { strict: true, lazy: true }, seccomp: {}, selinux: {}, rdt: {}, own: {} },
      });
      expect(Object.keys(config.plugins)).to.deep.equal(['mounts', 'seccomp', 'selinux', 'rdt', 'own']);
    });

    const bad: readonly [string, string, string][] = [
      ['an assembly that is not there', 'none', 'CONFIG_INVALID a.json: /extends: there is no assembly called none'],
      ['a circle', 'left', 'CONFIG_INVALID right.json: /extends: left -> right -> left goes in a circle'],
      ['a base that is broken, by its own name', 'broken', 'CONFIG_INVALID broken.json: /plugin: unknown key (did you mean plugins?)'],
    ];
    for (const [title, name, fault] of bad) {
      it(`refuses ${title}`, () => {
        expect(faultsOf({ api: 1, extends: name }, lookup)).to.deep.equal([fault]);
      });
    }
  });
});
