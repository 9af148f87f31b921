import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type NamespacesInput, parseNamespaces } from '../src/index.js';
import { issuesOf } from './issues-of.js';

const one = [{ containerID: 0, hostID: 1000, size: 1 }];

describe('parseNamespaces', () => {
  it('tells new ones from joined ones', () => {
    const { created, joined } = parseNamespaces({
      namespaces: [{ type: 'pid' }, { type: 'network', path: '/run/netns/blue' }, { type: 'user', path: '' }],
      uidMappings: one,
      gidMappings: one,
    });
    expect([...created]).to.deep.equal(['pid', 'user']);
    expect(joined).to.deep.equal([{ kind: 'network', path: '/run/netns/blue', pointer: '/linux/namespaces/1/path' }]);
  });

  it('asks for nothing when nothing is asked for', () => {
    expect(parseNamespaces({})).to.deep.equal({
      created: new Set(),
      joined: [],
      uidMappings: [],
      gidMappings: [],
      timeOffsets: '',
      pointer: '/linux',
    });
  });

  it('writes the clocks as the kernel reads them', () => {
    const { timeOffsets } = parseNamespaces({
      namespaces: [{ type: 'time' }],
      timeOffsets: { monotonic: { secs: -5, nanosecs: 7 }, boottime: { secs: 86_400 } },
    });
    expect(timeOffsets).to.equal('monotonic -5 7\nboottime 86400 0\n');
  });

  it('lets a joined user namespace come with its mappings', () => {
    expect(issuesOf(() => parseNamespaces({ namespaces: [{ type: 'user', path: '/proc/1/ns/user' }], uidMappings: one }))).to.deep.equal(
      [],
    );
  });

  const wrong: [name: string, input: NamespacesInput, issues: string[]][] = [
    [
      'a kind that there is none of',
      { namespaces: [{ type: 'ipcs' }, { type: 'toString' }] },
      [
        '/linux/namespaces/0/type: there is no kind of namespace called "ipcs"',
        '/linux/namespaces/1/type: there is no kind of namespace called "toString"',
      ],
    ],
    [
      'a kind listed twice',
      { namespaces: [{ type: 'pid' }, { type: 'pid', path: '/p' }, { type: 'uts', path: '/a' }, { type: 'uts' }] },
      ['/linux/namespaces/1: the pid namespace is listed twice', '/linux/namespaces/3: the uts namespace is listed twice'],
    ],
    [
      'paths that are none',
      {
        namespaces: [
          { type: 'pid', path: 'run/pid' },
          { type: 'uts', path: '/a\0b' },
        ],
      },
      ['/linux/namespaces/0/path: "run/pid" is relative', '/linux/namespaces/1/path: the path contains a NUL'],
    ],
    [
      'a user namespace without mappings',
      { namespaces: [{ type: 'user' }] },
      [
        '/linux/uidMappings: a new user namespace needs at least one mapping',
        '/linux/gidMappings: a new user namespace needs at least one mapping',
      ],
    ],
    ['mappings without a user namespace', { gidMappings: one }, ['/linux/gidMappings: there is no user namespace to map ids in']],
    [
      'clocks without a new time namespace',
      { namespaces: [{ type: 'time', path: '/t' }], timeOffsets: { monotonic: { secs: 1 } } },
      ['/linux/timeOffsets: clocks have offsets only in a new time namespace'],
    ],
    [
      'clocks and times that are none',
      { namespaces: [{ type: 'time' }], timeOffsets: { realtime: {}, monotonic: { secs: 1e300 }, boottime: { nanosecs: -1 } } },
      [
        '/linux/timeOffsets/realtime: no clock called "realtime" has an offset',
        '/linux/timeOffsets/monotonic/secs: 1e+300 is no number of seconds',
        '/linux/timeOffsets/boottime/nanosecs: -1 is no part of a second',
      ],
    ],
  ];
  for (const [name, input, issues] of wrong) {
    it(`refuses ${name}`, () => {
      expect(issuesOf(() => parseNamespaces(input))).to.deep.equal(issues);
    });
  }

  it('says a single issue in its sentence, and counts several', () => {
    expect(() => parseNamespaces({ gidMappings: one })).to.throw(
      "the namespaces can't be made as asked: there is no user namespace to map ids in",
    );
    expect(() => parseNamespaces({ namespaces: [{ type: 'user' }] })).to.throw("the namespaces can't be made as asked: 2 problems");
  });
});
