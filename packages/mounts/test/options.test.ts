import { expect } from 'chai';
import { describe, it } from 'mocha';
import { knownMountOptions, MOUNT_ATTR, type MountOptions, parseMountOptions, PROPAGATION } from '../src/index.js';

const nothing: MountOptions = {
  bind: 'no',
  remount: false,
  copyUp: false,
  idmap: 'no',
  attributes: { set: 0, clear: 0 },
  recursive: { set: 0, clear: 0 },
  propagation: [],
  superblock: [],
  data: [],
};

const { RDONLY, NOSUID, NODEV, NOEXEC, ATIME, NOATIME, STRICTATIME, NODIRATIME, NOSYMFOLLOW } = MOUNT_ATTR;

/** What each option sets and clears of a mount; with an r before it, of the mounts below too. */
const attributes: Readonly<Record<string, readonly [set: number, clear: number]>> = {
  ro: [RDONLY, 0],
  rw: [0, RDONLY],
  nosuid: [NOSUID, 0],
  suid: [0, NOSUID],
  nodev: [NODEV, 0],
  dev: [0, NODEV],
  noexec: [NOEXEC, 0],
  exec: [0, NOEXEC],
  nodiratime: [NODIRATIME, 0],
  diratime: [0, NODIRATIME],
  nosymfollow: [NOSYMFOLLOW, 0],
  symfollow: [0, NOSYMFOLLOW],
  noatime: [NOATIME, ATIME],
  atime: [0, ATIME],
  strictatime: [STRICTATIME, ATIME],
  nostrictatime: [0, ATIME],
  relatime: [0, ATIME],
};

const propagation: Readonly<Record<string, number>> = {
  private: PROPAGATION.PRIVATE,
  slave: PROPAGATION.SLAVE,
  shared: PROPAGATION.SHARED,
  unbindable: PROPAGATION.UNBINDABLE,
};

const superblock = ['sync', 'async', 'dirsync', 'mand', 'nomand', 'lazytime', 'nolazytime'];
const without = ['defaults', 'norelatime', 'loud', 'silent', 'iversion', 'noiversion'];

const others: Readonly<Record<string, Partial<MountOptions>>> = {
  bind: { bind: 'one' },
  rbind: { bind: 'tree' },
  remount: { remount: true },
  idmap: { idmap: 'one' },
  ridmap: { idmap: 'tree' },
  tmpcopyup: { copyUp: true },
  copyup: { copyUp: true },
  rnorelatime: { recursive: { set: 0, clear: ATIME } },
};

const table = new Map<string, Partial<MountOptions>>([
  ...Object.entries(attributes).flatMap(([name, [set, clear]]) => [
    [name, { attributes: { set, clear } }] as const,
    [`r${name}`, { recursive: { set, clear } }] as const,
  ]),
  ...Object.entries(propagation).flatMap(([name, type]) => [
    [name, { propagation: [{ type, recursive: false, name }] }] as const,
    [`r${name}`, { propagation: [{ type, recursive: true, name: `r${name}` }] }] as const,
  ]),
  ...superblock.map((name) => [name, { superblock: [name] }] as const),
  ...without.map((name) => [name, {}] as const),
  ...Object.entries(others),
]);

/** Every option that the OCI runtime specification 1.3.0 lists for Linux. */
const specified = `async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec
  noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec
  rnoatime rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared rslave
  rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap`.split(
  /\s+/,
);

describe('parseMountOptions', () => {
  for (const [option, expected] of table) {
    it(`takes ${option}`, () => {
      expect(parseMountOptions([option])).to.deep.equal({ ...nothing, ...expected });
    });
  }

  it('knows exactly these, and all of the specification', () => {
    expect(knownMountOptions).to.deep.equal([...table.keys()].toSorted());
    expect(specified.filter((option) => !table.has(option))).to.deep.equal([]);
  });

  it('leaves the rest to the filesystem', () => {
    expect(parseMountOptions(['size=64k', 'newinstance', 'context="a=b"', 'empty=']).data).to.deep.equal([
      { key: 'size', value: '64k' },
      { key: 'newinstance' },
      { key: 'context', value: 'a=b' },
      { key: 'empty', value: '' },
    ]);
  });

  it('takes apart what fstab would hold in one string, but at no comma with a backslash', () => {
    const { attributes: own, data } = parseMountOptions(['ro,mode=755,,upperdir=/a\\,b', 'nosuid']);
    expect(own).to.deep.equal({ set: RDONLY | NOSUID, clear: 0 });
    expect(data).to.deep.equal([
      { key: 'mode', value: '755' },
      { key: 'upperdir', value: '/a,b' },
    ]);
  });

  it('lets the last of several win', () => {
    expect(parseMountOptions(['ro', 'rw']).attributes).to.deep.equal({ set: 0, clear: RDONLY });
    expect(parseMountOptions(['rw', 'ro']).attributes).to.deep.equal({ set: RDONLY, clear: 0 });
    expect(parseMountOptions(['noatime', 'strictatime']).attributes).to.deep.equal({ set: STRICTATIME, clear: ATIME });
    expect(parseMountOptions(['sync', 'async', 'sync']).superblock).to.deep.equal(['sync']);
    expect(parseMountOptions(['rbind', 'bind']).bind).to.equal('tree');
    expect(parseMountOptions(['ridmap', 'idmap']).idmap).to.equal('tree');
  });

  it('keeps all propagation in its order', () => {
    expect(parseMountOptions(['slave', 'rshared']).propagation.map(({ name }) => name)).to.deep.equal(['slave', 'rshared']);
  });

  it('knows no option by the name of what every object has', () => {
    expect(parseMountOptions(['constructor', '__proto__=1']).data).to.deep.equal([
      { key: 'constructor' },
      { key: '__proto__', value: '1' },
    ]);
  });
});
