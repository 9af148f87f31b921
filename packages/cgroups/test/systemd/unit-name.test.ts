import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isScopePath } from '../../src/index.js';
import { scopeName, type ScopeNameInput } from '../../src/systemd/index.js';

const nameOf = (cgroupsPath?: string, more: Partial<ScopeNameInput> = {}): [string, string, string] => {
  const { slice, unit, path } = scopeName({ cgroupsPath, id: 'web', manager: 'system', ...more });
  return [slice, unit, path];
};

describe('the unit that a cgroupsPath names', () => {
  const named: Readonly<Record<string, [slice: string, unit: string, path: string]>> = {
    'system.slice:docker:0a1b': ['system.slice', 'docker-0a1b.scope', '/system.slice/docker-0a1b.scope'],
    'a-b.slice:p:n': ['a-b.slice', 'p-n.scope', '/a.slice/a-b.slice/p-n.scope'],
    'a-b-c.slice:libpod:x': ['a-b-c.slice', 'libpod-x.scope', '/a.slice/a-b.slice/a-b-c.slice/libpod-x.scope'],
    ':p:n': ['system.slice', 'p-n.scope', '/system.slice/p-n.scope'],
    'a.slice::n': ['a.slice', '-n.scope', '/a.slice/-n.scope'],
    'a.slice:p-q:n@1.2_3': ['a.slice', 'p-q-n@1.2_3.scope', '/a.slice/p-q-n@1.2_3.scope'],
  };
  for (const [cgroupsPath, expected] of Object.entries(named)) {
    it(`${cgroupsPath} is ${expected[2]}`, () => {
      expect(nameOf(cgroupsPath)).to.deep.equal(expected);
    });
  }

  it('is the id where there is none, in the slice of the systemd that is asked', () => {
    for (const path of [undefined, ''])
      expect(nameOf(path)).to.deep.equal(['system.slice', 'standpipe-web.scope', '/system.slice/standpipe-web.scope']);
    expect(nameOf(':p:n', { manager: 'user' })).to.deep.equal(['user.slice', 'p-n.scope', '/user.slice/p-n.scope']);
  });

  const refused: Readonly<Record<string, RegExp>> = {
    '/pods/web': /has not three parts/,
    'a.slice:p': /has not three parts/,
    'a.slice:p:n:m': /has not three parts/,
    'a.slice:p:': /names no unit/,
    'a.slice:p:b.slice': /names a slice/,
    'a.slice:p/q:n': /units are letters/,
    'a.slice:p:../n': /units are letters/,
    'a.slice:p:n\n': /units are letters/,
    'a.slice:p:é': /units are letters/,
    'a:p:n': /is no slice/,
    'a/b.slice:p:n': /is no slice/,
    '.slice:p:n': /is no slice/,
    '-a.slice:p:n': /is no slice/,
    'a-.slice:p:n': /is no slice/,
    'a--b.slice:p:n': /is no slice/,
    [`a.slice:p:${'n'.repeat(250)}`]: /more than 255/,
  };
  for (const [cgroupsPath, message] of Object.entries(refused)) {
    it(`is none for ${JSON.stringify(cgroupsPath.slice(0, 30))}`, () => {
      const error = caught(() => nameOf(cgroupsPath));
      expect(error).to.include({ code: 'CGROUPS_PATH_INVALID' });
      expect(SpecError.is(error) && error.issues[0]?.message).to.match(message);
      expect(SpecError.is(error) && error.issues[0]?.pointer).to.equal('/linux/cgroupsPath');
    });
  }

  it('is none for an id that no unit can be named by', () => {
    expect(() => nameOf(undefined, { id: 'a+b' }))
      .to.throw()
      .with.property('code', 'CGROUPS_PATH_INVALID');
  });

  it('is seen from its form', () => {
    for (const path of ['a.slice:p:n', ':p:n', '::n']) expect(isScopePath(path), path).to.equal(true);
    for (const path of [undefined, '', '/a', 'a', 'a:b', '/a:b:c', 'a:b:', 'a:b:c:d'])
      expect(isScopePath(path), String(path)).to.equal(false);
  });
});

function caught(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
