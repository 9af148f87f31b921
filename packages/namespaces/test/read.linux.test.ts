import { readFileSync, readlinkSync } from 'node:fs';
import { leaveNothing, needsRoot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { namespaceFacts, namespaceKinds, namespacesOf, openNamespace } from '../src/index.js';
import { holdNamespaces } from './holder.js';

describe('reading namespaces', () => {
  before(function () {
    needsRoot(this);
  });
  leaveNothing({ ignore: ['state'] });

  it('tells which a process is in', async () => {
    using holder = await holdNamespaces(['user', 'uts']);
    const [ours, theirs] = [namespacesOf('self'), namespacesOf(holder.pid)];
    for (const kind of namespaceKinds) {
      expect(`${namespaceFacts[kind].file}:[${String(ours[kind])}]`).to.equal(readlinkSync(`/proc/self/ns/${namespaceFacts[kind].file}`));
      expect(ours[kind] === theirs[kind], kind).to.equal(kind !== 'user' && kind !== 'uts');
    }
    expect(() => namespacesOf(0x3f_ffff)).to.throw('ENOENT');
  });

  it('opens one, by process and by path, close-on-exec', async () => {
    using holder = await holdNamespaces(['uts']);
    for (const of of [holder.pid, holder.path('uts')]) {
      using namespace = openNamespace(of, 'uts');
      expect(readlinkSync(`/proc/self/fd/${String(namespace.fd)}`)).to.equal(`uts:[${String(namespacesOf(holder.pid).uts)}]`);
      const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${String(namespace.fd)}`, 'utf8'))?.[1] ?? '';
      expect(parseInt(flags, 8) & 0o2000000).to.equal(0o2000000);
    }
  });

  it('refuses what is none, or of another kind', () => {
    for (const path of ['/dev/null', '/proc/self/ns/ipc', '/proc/self/ns']) {
      expect(() => openNamespace(path, 'uts'))
        .to.throw(`"${path}" is not a uts namespace`)
        .with.property('code', 'NOT_A_NAMESPACE');
    }
    expect(() => openNamespace('/nowhere', 'uts'))
      .to.throw()
      .with.property('code', 'ENOENT');
  });
});
