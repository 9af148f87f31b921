import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Mount, parseMounts, type ParseMountsSettings } from '../src/index.js';

const bundle = '/bundles/one';
const maps = { uidMappings: [{ containerID: 0, hostID: 1000, size: 10 }], gidMappings: [{ containerID: 0, hostID: 2000, size: 10 }] };

function issuesOf(mounts: readonly Mount[], settings: Partial<ParseMountsSettings> = {}): string[] {
  try {
    parseMounts(mounts, { bundle, ...settings });
  } catch (error) {
    if (SpecError.is(error)) return error.issues.map(({ pointer, message }) => `${pointer}: ${message}`);
    throw error;
  }
  return [];
}

describe('parseMounts', () => {
  it('tells kinds apart', () => {
    const mounts: Mount[] = [
      { destination: '/a', type: 'tmpfs' },
      { destination: '/b', source: '/x', options: ['bind'] },
      { destination: '/c', source: '/x', type: 'none', options: ['rbind'] },
      { destination: '/d', source: '/x', type: 'bind' },
      { destination: '/e', options: ['remount', 'ro'] },
      { destination: '/f', options: ['bind', 'remount', 'ro'] },
      { destination: '/g', type: 'cgroup' },
      { destination: '/h', type: 'cgroup2' },
      { destination: '/i', type: 'foofs', source: 'server:/x' },
    ];
    expect(parseMounts(mounts, { bundle }).map(({ kind }) => kind)).to.deep.equal([
      'filesystem',
      'bind',
      'bind',
      'bind',
      'remount',
      'remount',
      'cgroup',
      'cgroup',
      'filesystem',
    ]);
  });

  it('makes destinations absolute and plain', () => {
    const of = (destination: string): string | undefined => parseMounts([{ destination, type: 'tmpfs' }], { bundle })[0]?.destination;
    expect(of('relative/path')).to.equal('/relative/path');
    expect(of('/a//b/./c/')).to.equal('/a/b/c');
    expect(of('/../../a/../b')).to.equal('/b');
  });

  it('takes sources of binds from the bundle, and leaves those of filesystems alone', () => {
    const of = (mount: Partial<Mount>): string | undefined => parseMounts([{ destination: '/d', ...mount }], { bundle })[0]?.source;
    expect(of({ source: 'files/hosts', options: ['bind'] })).to.equal('/bundles/one/files/hosts');
    expect(of({ source: '/etc/hosts', options: ['bind'] })).to.equal('/etc/hosts');
    expect(of({ source: 'shm', type: 'tmpfs' })).to.equal('shm');
    expect(of({ type: 'tmpfs' })).to.equal('');
  });

  it("takes an overlay's directories from the bundle", () => {
    const options = ['lowerdir=a:/b:c\\:d::data', 'upperdir=up', 'workdir=/work', 'metacopy=on'];
    expect(parseMounts([{ destination: '/d', type: 'overlay', options }], { bundle: '/bun:dle' })[0]?.options.data).to.deep.equal([
      { key: 'lowerdir', value: '/bun\\:dle/a:/b:/bun\\:dle/c\\:d::/bun\\:dle/data' },
      { key: 'upperdir', value: '/bun:dle/up' },
      { key: 'workdir', value: '/work' },
      { key: 'metacopy', value: 'on' },
    ]);
  });

  it('finds everything that is wrong', () => {
    expect(
      issuesOf([
        { destination: '', type: 'tmpfs' },
        { destination: '/a/..', type: 'tmpfs' },
        { destination: '/x' },
        { destination: '/x', options: ['bind'] },
        { destination: '/x', source: '/y', options: ['bind', 'size=5'] },
        { destination: '/x', type: 'ext4', options: ['tmpcopyup'] },
        { destination: '/x', type: 'tmpfs', options: [`size=${'9'.repeat(256)}`] },
        { destination: '/x', type: 'nfs', source: `server:/${'s'.repeat(255)}` },
        { destination: '/x\0', type: 'tm\0pfs', source: '\0', options: ['ro', 'a\0'] },
      ]),
    ).to.deep.equal([
      '/mounts/0/destination: "" is the root itself',
      '/mounts/1/destination: "/a/.." is the root itself',
      '/mounts/2/type: the mount on "/x" has no type',
      '/mounts/3/source: the bind on "/x" has no source',
      '/mounts/4/options: a bind takes no option of the filesystem: "size"',
      '/mounts/5/options: only a tmpfs can copy up what it covers',
      '/mounts/6/options: the value of "size" is too long',
      '/mounts/7/source: the source of the mount on "/x" is too long',
      '/mounts/8/destination: contains a NUL',
      '/mounts/8/type: contains a NUL',
      '/mounts/8/source: contains a NUL',
      '/mounts/8/options/1: contains a NUL',
    ]);
  });

  it('says where in the config it is', () => {
    expect(issuesOf([{ destination: '/x' }], { pointer: '/more/mounts' })).to.deep.equal([
      '/more/mounts/0/type: the mount on "/x" has no type',
    ]);
  });

  describe('in /proc', () => {
    it('takes a procfs, or a bind whose source is looked at later, on /proc itself', () => {
      expect(
        issuesOf([
          { destination: '/proc', type: 'proc' },
          { destination: '/proc', source: '/proc', options: ['rbind'] },
        ]),
      ).to.deep.equal([]);
      expect(issuesOf([{ destination: '/proc', type: 'tmpfs' }])).to.deep.equal([
        '/mounts/0/destination: "/proc" takes nothing but a procfs',
      ]);
      expect(issuesOf([{ destination: '/x/../proc/', type: 'sysfs' }])).to.have.length(1);
      expect(issuesOf([{ destination: '/proc', type: 'cgroup' }])).to.have.length(1);
    });

    it('takes what lxcfs emulates', () => {
      for (const name of [
        'cpuinfo',
        'diskstats',
        'meminfo',
        'stat',
        'swaps',
        'uptime',
        'loadavg',
        'slabinfo',
        'sys/kernel/ns_last_pid',
        'sys/crypto/fips_enabled',
      ]) {
        expect(issuesOf([{ destination: `/proc/${name}`, source: `/lxcfs/${name}`, options: ['bind'] }]), name).to.deep.equal([]);
      }
    });

    for (const destination of [
      '/proc/self',
      '/proc/1/attr/exec',
      '/proc/sys',
      '/proc/sys/kernel',
      '/proc/cpuinfo/x',
      '/proc/../proc/self',
      'proc/kcore',
      '/proc/sysrq-trigger',
    ]) {
      it(`takes nothing on ${destination}`, () => {
        const type = { destination, source: '/evil', options: ['bind'] };
        expect(issuesOf([type, { ...type, options: [], type: 'tmpfs' }, { ...type, options: ['remount'] }])).to.have.length(3);
      });
    }

    it('is not misled by a name that only begins like it', () => {
      expect(issuesOf([{ destination: '/process/self', type: 'tmpfs' }])).to.deep.equal([]);
    });
  });

  describe('of idmapped mounts', () => {
    const bind = { destination: '/d', source: '/s', options: ['bind', 'idmap'] };
    const idmapOf = (mount: Mount, settings: Partial<ParseMountsSettings> = {}): unknown =>
      parseMounts([mount], { bundle, ...settings })[0]?.idmap;

    it("takes the mount's own mappings, with and without the option", () => {
      expect(idmapOf({ ...bind, ...maps })).to.deep.equal(maps);
      expect(idmapOf({ ...bind, ...maps, options: ['rbind'] }, { userNamespace: { path: '/ns' } })).to.deep.equal(maps);
    });

    it("else takes those of the container's user namespace", () => {
      expect(idmapOf(bind, { userNamespace: maps })).to.deep.equal(maps);
      expect(idmapOf(bind, { userNamespace: { ...maps, path: '/proc/7/ns/user' } })).to.deep.equal({ path: '/proc/7/ns/user' });
      expect(idmapOf({ ...bind, options: ['bind'] }, { userNamespace: maps })).to.equal(undefined);
    });

    it('refuses what makes none', () => {
      expect(issuesOf([bind])).to.deep.equal([
        '/mounts/0/options: an idmapped mount has neither mappings nor a user namespace to take them from',
      ]);
      expect(issuesOf([{ ...bind, uidMappings: maps.uidMappings }])).to.deep.equal([
        '/mounts/0/gidMappings: uidMappings come with no gidMappings',
      ]);
      expect(issuesOf([{ ...bind, gidMappings: maps.gidMappings }])).to.deep.equal([
        '/mounts/0/uidMappings: gidMappings come with no uidMappings',
      ]);
      expect(issuesOf([{ destination: '/d', type: 'tmpfs', ...maps }])).to.deep.equal(['/mounts/0/options: only binds can be idmapped']);
      expect(issuesOf([{ ...bind, ...maps }], { rootless: true })).to.deep.equal([
        '/mounts/0/options: an idmapped mount needs the privileges of root',
      ]);
    });
  });
});
