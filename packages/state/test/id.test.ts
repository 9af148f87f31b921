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
  for (const [env, uid, inUserNamespace, root] of [
    [{ XDG_RUNTIME_DIR: '/run/user/0' }, 0, false, '/run/standpipe'],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, 7, false, '/run/user/7/standpipe'],
    [{ XDG_RUNTIME_DIR: 'relative' }, 7, false, '/tmp/standpipe-7'],
    [{}, 7, false, '/tmp/standpipe-7'],
    [{ XDG_RUNTIME_DIR: '/run/user/7' }, 0, true, '/run/user/7/standpipe'],
    [{ XDG_RUNTIME_DIR: '/run/user/7', USER: 'seven' }, 0, true, '/run/user/7/standpipe'],
    [{ XDG_RUNTIME_DIR: '/run/user/0', USER: 'root' }, 0, true, '/run/standpipe'],
    [{}, 0, true, '/run/standpipe'],
  ] as const) {
    it(`is ${root} for uid ${String(uid)} ${inUserNamespace ? 'of a user namespace ' : ''}with ${JSON.stringify(env)}`, () => {
      expect(defaultStateRoot(env, uid, () => inUserNamespace)).to.equal(root);
    });
  }
});
