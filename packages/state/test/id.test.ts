import { expect } from 'chai';
import { describe, it } from 'mocha';
import { checkContainerId, defaultStateRoot, isContainerId } from '../src/index.js';

describe('container ids', () => {
  for (const id of ['a', 'web-1', 'A_b+c.d', '...', '.hidden', 'x'.repeat(255)]) {
    it(`allow ${id.slice(0, 20)}`, () => {
      expect(isContainerId(id)).to.equal(true);
      expect(checkContainerId(id)).to.equal(id);
    });
  }
  for (const id of ['', '.', '..', 'a/b', '../x', 'a b', 'ä', 'a\n', 'a\0', '~1', 'x'.repeat(256)]) {
    it(`refuse ${JSON.stringify(id.slice(0, 20))}`, () => {
      expect(isContainerId(id)).to.equal(false);
      expect(() => checkContainerId(id))
        .to.throw('invalid container id')
        .with.property('code', 'CONTAINER_ID_INVALID');
    });
  }
});

describe('defaultStateRoot', () => {
  for (const [env, uid, root] of [
    [{ XDG_RUNTIME_DIR: '/run/user/0' }, 0, '/run/standpipe'],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, 7, '/run/user/7/standpipe'],
    [{ XDG_RUNTIME_DIR: 'relative' }, 7, '/tmp/standpipe-7'],
    [{}, 7, '/tmp/standpipe-7'],
  ] as const) {
    it(`is ${root} for uid ${String(uid)} with ${JSON.stringify(env)}`, () => {
      expect(defaultStateRoot(env, uid)).to.equal(root);
    });
  }
});
