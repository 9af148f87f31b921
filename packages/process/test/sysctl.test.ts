import type { SpecIssue } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseSysctls } from '../src/sysctl.js';

function parse(name: string, value = '1'): string {
  const issues: SpecIssue[] = [];
  const [sysctl] = parseSysctls({ [name]: value }, '/linux/sysctl', issues);
  return sysctl === undefined ? issues.map(({ pointer, message }) => `${pointer}: ${message}`).join() : `${sysctl.kind} ${sysctl.path}`;
}

describe('parseSysctls', () => {
  const accepted: [name: string, parsed: string][] = [
    ['net.ipv4.ip_forward', 'network net/ipv4/ip_forward'],
    ['net/ipv4/ip_forward', 'network net/ipv4/ip_forward'],
    ['net.ipv4.conf.eth0/100.forwarding', 'network net/ipv4/conf/eth0.100/forwarding'],
    ['net/ipv4/conf/eth0.100/forwarding', 'network net/ipv4/conf/eth0.100/forwarding'],
    ['kernel.shmmax', 'ipc kernel/shmmax'],
    ['kernel.sem', 'ipc kernel/sem'],
    ['kernel/msgmni', 'ipc kernel/msgmni'],
    ['fs.mqueue.msg_max', 'ipc fs/mqueue/msg_max'],
    ['kernel.domainname', 'uts kernel/domainname'],
    ['user.max_net_namespaces', 'user user/max_net_namespaces'],
  ];
  for (const [name, parsed] of accepted) {
    it(`takes ${name}`, () => {
      expect(parse(name)).to.equal(parsed);
    });
  }

  it('refuses what is kept for the whole host', () => {
    for (const name of [
      'kernel.core_pattern',
      'kernel.shmmax2',
      'vm.swappiness',
      'fs.file-max',
      'netx.a',
      'kernel',
      'net',
      'sysctl.net.ipv4',
    ]) {
      expect(parse(name), name).to.equal(
        `/linux/sysctl/${name}: the sysctl "${name}" is not kept for each namespace: it would be set for the whole host`,
      );
    }
  });

  it('refuses ways out of /proc/sys', () => {
    for (const name of [
      'net/../kernel/core_pattern',
      'net//x',
      'net/./x',
      'net..ipv4',
      '.net.ipv4',
      'net.ipv4.',
      '/net/ipv4',
      'net.//.x',
      'net.a\0b',
    ]) {
      expect(parse(name), name).to.match(/ is no sysctl$/);
    }
    // Where the dot separates, slashes are dots of a name: ".." of ordinary characters leads nowhere.
    expect(parse('net.ipv4.//.x')).to.match(/ is no sysctl$/);
    expect(parse('net.ipv4.a//b.x')).to.equal('network net/ipv4/a..b/x');
  });

  it('refuses kernel.hostname, and a NUL in a value', () => {
    expect(parse('kernel.hostname')).to.equal('/linux/sysctl/kernel.hostname: the sysctl "kernel.hostname" contradicts hostname');
    expect(parse('net/ipv4/x', 'a\0b')).to.equal('/linux/sysctl/net~1ipv4~1x: the value of the sysctl "net/ipv4/x" contains a NUL');
  });
});
