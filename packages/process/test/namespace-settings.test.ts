import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planNamespaceSettings } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

describe('planNamespaceSettings', () => {
  it('sets names by bytes, and needs no procfs for them', () => {
    const { host, container } = planNamespaceSettings({ hostname: 'böx', domainname: 'd' }, { namespaces: [{ type: 'uts' }] });
    expect(host).to.deep.equal([]);
    expect(callsOf(container)).to.deep.equal([
      ['sethostname', 'böx', 4],
      ['setdomainname', 'd', 1],
    ]);
  });

  it('plans nothing for nothing', () => {
    expect(planNamespaceSettings({ hostname: '', sysctl: {} }, { namespaces: [] })).to.deep.equal({ host: [], container: [] });
  });

  it('looks at a joined namespace from both sides, and only at one that is changed', () => {
    const settings = { hostname: 'h', sysctl: { 'net.a': '1', 'net.b': '2' } };
    const namespaces = [
      { type: 'uts', path: '/u' },
      { type: 'network', path: '/n' },
      { type: 'ipc', path: '/i' },
    ];
    const { host, container } = planNamespaceSettings(settings, { namespaces });
    const looks = (ops: typeof host): unknown[] =>
      callsOf(ops).flatMap(([name, , path]) => (name === 'statx' && path !== '' ? [path] : []));
    expect(looks(host)).to.deep.equal(['self/ns/uts', 'self/ns/net']);
    expect(looks(container)).to.deep.equal(['self/ns/uts', 'self/ns/net']);
    expect(planNamespaceSettings(settings, { namespaces: namespaces.map(({ type }) => ({ type })) }).host).to.deep.equal([]);
  });

  it('refuses to change what the container has no namespace of its own for', () => {
    const settings = {
      hostname: 'h',
      domainname: 'd',
      sysctl: { 'net.a': '1', 'kernel.sem': '1', 'kernel.domainname': 'd', 'user.x': '1', 'vm.x': '1' },
    };
    expect(issuesOf(() => planNamespaceSettings(settings, { namespaces: [{ type: 'mount' }], pointer: '/c' }))).to.deep.equal([
      '/c/linux/sysctl/vm.x: the sysctl "vm.x" is not kept for each namespace: it would be set for the whole host',
      '/c/hostname: the hostname "h" would be set for the whole host',
      '/c/domainname: the domainname "d" would be set for the whole host',
      '/c/linux/sysctl/net.a: the sysctl "net.a" would be set for the whole host',
      '/c/linux/sysctl/kernel.sem: the sysctl "kernel.sem" would be set for the whole host',
      '/c/linux/sysctl/kernel.domainname: the sysctl "kernel.domainname" would be set for the whole host',
      '/c/linux/sysctl/user.x: the sysctl "user.x" would be set for the whole host',
    ]);
  });

  it('refuses names that are too long or hold a NUL', () => {
    const namespaces = [{ type: 'uts' }];
    expect(issuesOf(() => planNamespaceSettings({ hostname: 'x'.repeat(64) }, { namespaces }))).to.deep.equal([]);
    const long = 'ö'.repeat(33);
    expect(issuesOf(() => planNamespaceSettings({ hostname: long, domainname: 'a\0' }, { namespaces }))).to.deep.equal([
      `/hostname: "${long}" is no hostname`,
      '/domainname: "a\\u0000" is no domainname',
    ]);
  });
});
