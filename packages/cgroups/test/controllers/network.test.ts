import { expect } from 'chai';
import { describe, it } from 'mocha';
import { issuesOf, linesOf, v1, v2 } from './plan.js';

describe('network', () => {
  it('tags and ranks packets on v1', () => {
    expect(
      linesOf(
        {
          network: {
            classID: 0x10_0001,
            priorities: [
              { name: 'eth0', priority: 5 },
              { name: 'lo', priority: 0 },
            ],
          },
        },
        v1,
      ),
    ).to.deep.equal(['net_cls.classid = 1048577', 'net_prio.ifpriomap = eth0 5', 'net_prio.ifpriomap = lo 0']);
  });

  it('has no counterpart on v2', () => {
    expect(issuesOf({ network: { classID: 1, priorities: [{ name: 'lo', priority: 1 }] } }, v2)).to.deep.equal([
      "/linux/resources/network/classID: cgroup v2 has no tag of a cgroup's packets",
      "/linux/resources/network/priorities: cgroup v2 has no priority of a cgroup's packets",
    ]);
    expect(linesOf({ network: { classID: 0, priorities: [] } }, v2)).to.deep.equal([]);
  });

  it('refuses what is no interface and no number', () => {
    const names = ['', 'a b', 'a\n', 'a/b'];
    expect(
      issuesOf(
        { network: { classID: 2 ** 32, priorities: [...names.map((name) => ({ name, priority: 1 })), { name: 'lo', priority: -1 }] } },
        v1,
      ),
    ).to.deep.equal([
      '/linux/resources/network/classID: 4294967296 is out of range',
      ...names.map(
        (name, i) => `/linux/resources/network/priorities/${String(i)}/name: ${JSON.stringify(name)} is no name of an interface`,
      ),
      '/linux/resources/network/priorities/4/priority: -1 is out of range',
    ]);
  });
});
