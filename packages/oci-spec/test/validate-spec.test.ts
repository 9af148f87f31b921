import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Linux, type Process, type Spec, validateProcess, validateResources, validateSpec } from '../src/index.js';
import { deviceTypes } from '../src/linux/devices.js';
import { personalityDomains, rootfsPropagations } from '../src/linux/linux.js';
import { memoryPolicyFlags } from '../src/linux/memory-policy.js';
import { namespaceTypes } from '../src/linux/namespaces.js';
import { seccompArchitectures, seccompFlags, seccompOperators } from '../src/linux/seccomp.js';
import { rlimitTypes } from '../src/process/rlimits.js';
import { ioPriorityClasses, schedulerFlags } from '../src/process/scheduler.js';
import { engineLike, full, type Json, type JsonObject, jsonText, minimal } from './documents.js';
import { issuesOf, pointersOf } from './issues.js';
import { randomFrom } from './random.js';

/** A document in which the value at a pointer is another one, or is gone. */
function changed(document: JsonObject, pointer: string, value: Json | undefined): JsonObject {
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop()!;
  let parent = document;
  for (const name of names) parent = (parent[name] ??= {}) as JsonObject;
  if (value === undefined) delete parent[last];
  else Object.defineProperty(parent, last, { value, writable: true, enumerable: true, configurable: true });
  return document;
}

/** Every place of a document, the inner ones too. */
function placesOf(value: Json, pointer = ''): { pointer: string; value: Json }[] {
  if (typeof value !== 'object' || value === null) return [{ pointer, value }];
  const inner = Object.entries(value).flatMap(([name, entry]) =>
    placesOf(entry, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
  return pointer === '' ? inner : [{ pointer, value }, ...inner];
}

describe('validateSpec', () => {
  it('keeps every field of the specification, and copies', () => {
    const document = full();
    const { spec, warnings } = validateSpec(document);
    expect(spec).to.deep.equal(full());
    expect(warnings).to.deep.equal([]);
    expect(document).to.deep.equal(full());
    expect(spec.process).to.not.equal(document['process']);
  });

  it('takes what engines write', () => {
    const { spec, warnings } = validateSpec(engineLike());
    expect(warnings).to.deep.equal([]);
    expect(spec.linux?.devices).to.equal(undefined);
    expect(spec.process?.rlimits?.[0]?.hard).to.equal(18446744073709551615n);
  });

  it('takes the least that there can be', () => {
    expect(validateSpec(minimal()).spec).to.deep.equal(minimal());
    expect(validateSpec({ ociVersion: '1.0.0', root: { path: 'rootfs' } }).spec).to.deep.equal({
      ociVersion: '1.0.0',
      root: { path: 'rootfs' },
    });
  });

  it('takes root for a process without a user', () => {
    for (const user of [undefined, null]) {
      expect(validateSpec(changed(minimal(), '/process/user', user)).spec.process?.user).to.deep.equal({ uid: 0, gid: 0 });
    }
    expect(pointersOf(() => validateSpec(changed(minimal(), '/process/user', {})))).to.deep.equal([
      '/process/user/uid',
      '/process/user/gid',
    ]);
  });

  it('leaves out fields that nobody knows, at every level', () => {
    const document = full();
    for (const { pointer, value } of placesOf(full())) {
      // Of maps, whose names are data, any name is a field.
      const isMap = /\/(annotations|sysctl|unified|rdma|netDevices|timeOffsets)$/.test(pointer);
      if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isMap)
        changed(document, `${pointer}/unknownField`, [{ deep: null }]);
    }
    expect(validateSpec({ ...document, extension: { a: 1 }, 'org.example': true }).spec).to.deep.equal(full());
  });

  it('says the same to null as to nothing', () => {
    for (const { pointer } of placesOf(full())) {
      if (/\/\d+$/.test(pointer) || /\/(annotations|sysctl|unified|rdma|netDevices|timeOffsets)\//.test(pointer)) continue;
      const [without, withNull] = [undefined, null].map((value) => outcome(changed(full(), pointer, value)));
      expect(withNull, pointer).to.deep.equal(without);
    }
  });

  it('takes no null for an entry of a list or map', () => {
    for (const pointer of [
      '/process/args/1',
      '/process/env/0',
      '/mounts/0',
      '/linux/namespaces/0',
      '/annotations/empty',
      '/linux/sysctl/net.ipv4.ip_forward',
      '/linux/netDevices/wlan0',
      '/linux/resources/rdma/rxe3',
    ]) {
      expect(
        pointersOf(() => validateSpec(changed(full(), pointer, null))),
        pointer,
      ).to.deep.equal([pointer]);
    }
  });

  it('takes "" for an absent name, path or word, as Go does', () => {
    const pointers = [
      '/hostname',
      '/domainname',
      '/process/apparmorProfile',
      '/process/selinuxLabel',
      '/process/execCPUAffinity/final',
      '/mounts/0/type',
      '/mounts/0/source',
      '/linux/cgroupsPath',
      '/linux/namespaces/0/path',
      '/linux/netDevices/eth0/name',
      '/linux/resources/cpu/cpus',
      '/linux/resources/devices/1/type',
      '/linux/resources/devices/1/access',
      '/linux/intelRdt/closID',
      '/linux/intelRdt/memBwSchema',
      '/linux/rootfsPropagation',
      '/linux/mountLabel',
      '/vm/kernel/initrd',
    ];
    for (const pointer of pointers)
      expect(outcome(changed(full(), pointer, '')), pointer).to.deep.equal(outcome(changed(full(), pointer, undefined)));
  });

  it('names each field that must be there', () => {
    const pointers = [
      '/ociVersion',
      '/root',
      '/root/path',
      '/process/args',
      '/process/cwd',
      '/process/consoleSize/height',
      '/process/consoleSize/width',
      '/process/user/uid',
      '/process/user/gid',
      '/process/rlimits/0/type',
      '/process/rlimits/0/hard',
      '/process/rlimits/0/soft',
      '/process/scheduler/policy',
      '/process/ioPriority/class',
      '/process/ioPriority/priority',
      '/mounts/0/destination',
      '/mounts/1/uidMappings/0/containerID',
      '/mounts/1/gidMappings/1/size',
      '/hooks/prestart/0/path',
      '/hooks/poststop/1/path',
      '/linux/namespaces/1/type',
      '/linux/uidMappings/0/containerID',
      '/linux/uidMappings/0/hostID',
      '/linux/gidMappings/0/size',
      '/linux/devices/0/type',
      '/linux/devices/0/path',
      '/linux/devices/0/major',
      '/linux/devices/1/minor',
      '/linux/resources/devices/0/allow',
      '/linux/resources/blockIO/weightDevice/0/major',
      '/linux/resources/blockIO/weightDevice/0/minor',
      '/linux/resources/blockIO/throttleReadBpsDevice/0/major',
      '/linux/resources/blockIO/throttleReadBpsDevice/0/minor',
      '/linux/resources/blockIO/throttleWriteIOPSDevice/0/rate',
      '/linux/resources/hugepageLimits/0/pageSize',
      '/linux/resources/hugepageLimits/0/limit',
      '/linux/resources/network/priorities/0/name',
      '/linux/resources/network/priorities/0/priority',
      '/linux/memoryPolicy/mode',
      '/linux/seccomp/defaultAction',
      '/linux/seccomp/syscalls/0/names',
      '/linux/seccomp/syscalls/0/action',
      '/linux/seccomp/syscalls/1/args/0/index',
      '/linux/seccomp/syscalls/1/args/0/value',
      '/linux/seccomp/syscalls/1/args/0/op',
      '/linux/personality/domain',
      '/vm/kernel',
      '/vm/kernel/path',
      '/vm/hypervisor/path',
      '/vm/image/path',
      '/vm/image/format',
      '/vm/hwConfig/iomems/0/firstMFN',
      '/vm/hwConfig/iomems/0/nrMFNs',
    ];
    const required = placesOf(full()).filter(({ pointer }) => {
      if (/\/\d+$/.test(pointer)) return false;
      return issuesOf(() => validateSpec(changed(full(), pointer, undefined))).some(
        (issue) => issue.pointer === pointer && issue.message === 'is missing',
      );
    });
    // Each kind of entry once: the first or the last of its list.
    for (const pointer of pointers)
      expect(
        pointersOf(() => validateSpec(changed(full(), pointer, undefined))),
        pointer,
      ).to.deep.equal([pointer]);
    const kinds = (all: readonly string[]): string[] =>
      [
        ...new Set(
          all.map((pointer) =>
            pointer
              .replaceAll(/\/\d+/g, '/*')
              .replace(/(hooks)\/\w+/, '$1/*')
              .replace(/throttle\w+|uidMappings|gidMappings/, '*')
              .replace('/mounts/*/*/', '/linux/*/'),
          ),
        ),
      ].sort();
    expect(kinds(required.map(({ pointer }) => pointer))).to.deep.equal(kinds(pointers));
  });

  describe('words', () => {
    const words: Record<string, readonly string[]> = {
      '/linux/namespaces/0/type': namespaceTypes.filter((type) => type === 'pid'),
      '/process/rlimits/0/type': rlimitTypes.filter((type) => type !== 'RLIMIT_CORE'),
      '/process/scheduler/flags/0': schedulerFlags,
      '/process/ioPriority/class': ioPriorityClasses,
      '/linux/devices/0/type': deviceTypes,
      '/linux/resources/devices/1/type': ['a', 'b', 'c'],
      '/linux/seccomp/architectures/0': seccompArchitectures,
      '/linux/seccomp/flags/0': seccompFlags,
      '/linux/seccomp/syscalls/1/args/0/op': seccompOperators,
      '/linux/seccomp/syscalls/1/action': [
        'SCMP_ACT_KILL',
        'SCMP_ACT_KILL_PROCESS',
        'SCMP_ACT_KILL_THREAD',
        'SCMP_ACT_TRAP',
        'SCMP_ACT_ERRNO',
        'SCMP_ACT_TRACE',
        'SCMP_ACT_ALLOW',
        'SCMP_ACT_LOG',
        'SCMP_ACT_NOTIFY',
      ],
      '/linux/rootfsPropagation': rootfsPropagations,
      '/linux/personality/domain': personalityDomains,
      '/linux/memoryPolicy/mode': ['MPOL_BIND', 'MPOL_INTERLEAVE', 'MPOL_WEIGHTED_INTERLEAVE', 'MPOL_PREFERRED', 'MPOL_PREFERRED_MANY'],
      '/linux/memoryPolicy/flags/0': memoryPolicyFlags,
    };
    for (const [pointer, all] of Object.entries(words)) {
      it(`${pointer}: each that is known, and no other`, () => {
        for (const word of all) {
          expect(
            pointersOf(() => validateSpec(changed(full(), pointer, word))),
            word,
          ).to.deep.equal([]);
        }
        const others: Json[] = [
          'UNKNOWN',
          'constructor',
          '__proto__',
          all[0]!.toLowerCase() + all[0]!,
          ` ${all[0]!}`,
          0,
          true,
          [all[0]!],
          {},
        ];
        for (const other of others) {
          const issues = issuesOf(() => validateSpec(changed(full(), pointer, other)));
          expect(
            issues.map((issue) => issue.pointer),
            shortly(other),
          ).to.deep.equal([pointer]);
          expect(issues[0]?.expected).to.match(/^one of /);
        }
      });
    }

    it('all kinds of namespaces and hooks are in the full document', () => {
      const { linux, hooks } = validateSpec(full()).spec;
      expect(linux?.namespaces?.map(({ type }) => type)).to.have.members([...namespaceTypes]);
      expect(Object.keys(hooks ?? {})).to.have.lengthOf(6);
    });

    it('a scheduling policy with what belongs to it', () => {
      const schedulers: [scheduler: JsonObject, issues: string[]][] = [
        [{ policy: 'SCHED_OTHER', nice: 19 }, []],
        [{ policy: 'SCHED_BATCH', nice: -20 }, []],
        [{ policy: 'SCHED_IDLE' }, []],
        [{ policy: 'SCHED_ISO' }, []],
        [{ policy: 'SCHED_FIFO', priority: 1 }, []],
        [{ policy: 'SCHED_RR', priority: 99 }, []],
        [{ policy: 'SCHED_DEADLINE', runtime: 1024, deadline: 1024 }, []],
        [{ policy: 'SCHED_DEADLINE', runtime: 1024, deadline: 1024, period: 1024 }, []],
        [{ policy: 'SCHED_OTHER', nice: 20 }, ['nice']],
        [{ policy: 'SCHED_OTHER', priority: 1 }, ['priority']],
        [{ policy: 'SCHED_FIFO' }, ['priority']],
        [{ policy: 'SCHED_RR', priority: 100 }, ['priority']],
        [{ policy: 'SCHED_FIFO', priority: 1, runtime: 1024, deadline: 1, period: 1 }, ['runtime', 'deadline', 'period']],
        [{ policy: 'SCHED_DEADLINE' }, ['runtime', 'deadline']],
        [{ policy: 'SCHED_DEADLINE', runtime: 2048, deadline: 2047 }, ['deadline']],
        [{ policy: 'SCHED_DEADLINE', runtime: 1024, deadline: 4096, period: 4095 }, ['period']],
        [{ policy: 'SCHED_DEADLINE', runtime: 18446744073709551616n, deadline: 4096 }, ['runtime']],
      ];
      for (const [scheduler, issues] of schedulers) {
        expect(
          pointersOf(() => validateSpec(changed(minimal(), '/process/scheduler', scheduler))),
          jsonText(scheduler),
        ).to.deep.equal(issues.map((field) => `/process/scheduler/${field}`));
      }
    });
  });

  // Value by value: what is taken, and what is refused at the place itself.
  const wide: Json[] = [18446744073709551616n, 1e30, 1.5, '1', true, []];
  const values: Record<string, { good: Json[]; bad: Json[] }> = {
    '/process/terminal': { good: [true, false], bad: ['true', 1, 0, ''] },
    '/process/consoleSize/height': { good: [0, 65535], bad: [-1, 65536, 1.5] },
    '/process/user/uid': { good: [0, 4294967294], bad: [-1, 4294967295, 0.5, '0', 1n] },
    '/process/user/umask': { good: [0, 511], bad: [512, -1] },
    '/process/user/additionalGids': { good: [[], [0]], bad: [0, '', {}] },
    '/process/args': { good: [['a', '']], bad: [[], 'sh'] },
    '/process/args/1': { good: ['', 'ü'], bad: ['a\0b', '\ud800', 'x'.repeat(2 ** 21), 1, {}] },
    '/process/env/0': { good: ['A=', 'A==', 'ä=ö'], bad: ['A', '=B', '', 'A=\0'] },
    '/process/cwd': { good: ['/', '/a/../b'], bad: ['a', './', `/${'a'.repeat(4095)}`, '/\0'] },
    '/process/rlimits/0/hard': { good: [18446744073709551615n, 1024], bad: [-1, ...wide] },
    '/process/oomScoreAdj': { good: [-1000, 0, 1000], bad: [-1001, 1001] },
    '/process/ioPriority/priority': { good: [0, 7], bad: [-1, 8] },
    '/process/execCPUAffinity/initial': { good: ['0', '0-3,7', ' 1 , 2-2 '], bad: ['a', '3-1', '1,', '-1', '0-65536', '1-', '0x1'] },
    '/root/path': { good: ['rootfs', '/', '.'], bad: ['\0', 1] },
    '/hostname': { good: ['a'.repeat(64)], bad: ['a'.repeat(65), 'ü'.repeat(33), 'a\0'] },
    '/mounts/0/options/0': { good: ['', 'lowerdir=/a:/b', 'rro'], bad: [1, 'a\0'] },
    '/hooks/prestart/0/path': { good: ['/a'], bad: ['a', 'a\0'] },
    '/hooks/startContainer/0/timeout': { good: [1, 2147483647], bad: [0, -1, 2147483648, '5'] },
    '/linux/namespaces/0/path': { good: ['/proc/1/ns/pid'], bad: ['ns/pid'] },
    '/linux/uidMappings/1/size': { good: [1, 4294867295], bad: [0, -1, 4294867296, 4294967296] },
    '/linux/timeOffsets/boottime/secs': { good: [-9223372036, 9223372036], bad: [9223372037, 0.5] },
    '/linux/timeOffsets/boottime/nanosecs': { good: [0, 999999999], bad: [-1, 1000000000] },
    '/linux/devices/0/major': { good: [0, 4095], bad: [-1, 4096] },
    '/linux/devices/0/minor': { good: [0, 1048575], bad: [-1, 1048576] },
    '/linux/devices/0/fileMode': { good: [0, 0o100666], bad: [-1, 0o200000] },
    '/linux/devices/0/path': { good: ['/fuse'], bad: ['dev/fuse'] },
    '/linux/netDevices/eth0/name': { good: ['a'.repeat(15), 'eth%d'], bad: ['a'.repeat(16), 'a/b', '..', 'a b', 'a:b'] },
    '/linux/resources/devices/1/major': { good: [-1, 0, 4294967295], bad: [-2, 4294967296] },
    '/linux/resources/devices/1/access': { good: ['r', 'rwm', 'mw'], bad: ['x', 'rwmx', 'rwmr', 'r\n'] },
    '/linux/resources/memory/limit': { good: [-1, 0, 9223372036854775807n], bad: [-2, 9223372036854775808n, ...wide] },
    '/linux/resources/memory/swappiness': { good: [0, 100], bad: [101, -1] },
    '/linux/resources/cpu/shares': { good: [0, 18446744073709551615n], bad: [-1, ...wide] },
    '/linux/resources/cpu/realtimeRuntime': { good: [-9223372036854775808n], bad: [-9223372036854775809n] },
    '/linux/resources/cpu/idle': { good: [0, 1], bad: [2] },
    '/linux/resources/pids/limit': { good: [-1, 0, 9223372036854775807n], bad: [-2] },
    '/linux/resources/blockIO/weight': { good: [0, 65535], bad: [65536, -1] },
    '/linux/resources/hugepageLimits/0/pageSize': { good: ['64KB', '1GB'], bad: ['0MB', '2mb', '2M', '2MB\n', 'MB'] },
    '/linux/resources/rdma/rxe3/hcaObjects': { good: [0, 4294967295], bad: [4294967296] },
    '/linux/intelRdt/closID': { good: ['/', 'a'], bad: ['a/b', '//', '..', '.', 'a\n'] },
    '/linux/intelRdt/schemata/0': { good: ['L2:0=f'], bad: ['L2:0=f\n', ''] },
    '/linux/intelRdt/memBwSchema': { good: ['MB:'], bad: ['L3:', 'MB:0=1\n'] },
    '/linux/seccomp/syscalls/1/args/0/index': { good: [0, 5], bad: [6, -1] },
    '/linux/seccomp/syscalls/1/args/0/value': { good: [18446744073709551615n], bad: [-1, ...wide] },
    '/linux/seccomp/syscalls/2/errnoRet': { good: [0, 65535], bad: [65536, -1] },
    '/linux/maskedPaths/0': { good: ['/a'], bad: ['a', ''] },
    '/linux/readonlyPaths/0': { good: ['/a'], bad: ['a', ''] },
    '/linux/personality/flags': { good: [[]], bad: ['', {}] },
    '/vm/hwConfig/irqs/0': { good: [4294967295], bad: [4294967296] },
    '/vm/kernel/path': { good: ['/a'], bad: ['a'] },
  };
  for (const [pointer, { good, bad }] of Object.entries(values)) {
    it(`${pointer}: ${String(good.length)} values to take, ${String(bad.length)} to refuse`, () => {
      for (const value of good)
        expect(
          pointersOf(() => validateSpec(changed(full(), pointer, value))),
          shortly(value),
        ).to.deep.equal([]);
      for (const value of bad)
        expect(
          pointersOf(() => validateSpec(changed(full(), pointer, value))),
          shortly(value),
        ).to.deep.equal([pointer]);
    });
  }

  it('asks for all digits where a number has lost some', () => {
    const issues = issuesOf(() => validateSpec(changed(minimal(), '/linux', { resources: { memory: { limit: 2 ** 60 } } })));
    expect(issues).to.deep.equal([
      {
        pointer: '/linux/resources/memory/limit',
        message: '1152921504606847000 is not exact',
        expected: 'all digits in the text, or a bigint',
      },
    ]);
    expect(
      validateSpec(changed(minimal(), '/linux', { resources: { memory: { limit: 5n } } })).spec.linux?.resources?.memory?.limit,
    ).to.equal(5);
  });

  // A change of the full document, and where that is wrong.
  const rules: [what: string, pointer: string, value: Json | undefined, issues: string[]][] = [
    ['a command that is empty', '/process/args/0', '', ['/process/args/0']],
    ['a soft limit beyond the hard one', '/process/rlimits/0/soft', 1025, ['/process/rlimits/0/soft']],
    ['a limit twice', '/process/rlimits/0/type', 'RLIMIT_CORE', ['/process/rlimits/1']],
    ['a host name without a UTS namespace', '/linux/namespaces/4/type', 'pid', ['/linux/namespaces/4']],
    [
      'no namespaces at all',
      '/linux/namespaces',
      [],
      ['/linux/uidMappings', '/linux/gidMappings', '/linux/timeOffsets', '/linux/netDevices', '/hostname', '/domainname'],
    ],
    ['offsets of clocks that are joined', '/linux/namespaces/7/path', '/proc/1/ns/time', ['/linux/timeOffsets']],
    ['no linux at all', '/linux', undefined, ['/hostname', '/domainname']],
    ['mappings of uids only', '/mounts/1/gidMappings', undefined, ['/mounts/1/uidMappings']],
    ['mappings of gids only', '/mounts/1/uidMappings', undefined, ['/mounts/1/gidMappings']],
    [
      'more mappings than the kernel takes',
      '/linux/uidMappings',
      Array.from({ length: 341 }, (_, i) => ({ containerID: i, hostID: i, size: 1 })),
      ['/linux/uidMappings'],
    ],
    ['a burst beyond the quota', '/linux/resources/cpu/burst', 1000001, ['/linux/resources/cpu/burst']],
    [
      'a device without a weight',
      '/linux/resources/blockIO/weightDevice/1/leafWeight',
      undefined,
      ['/linux/resources/blockIO/weightDevice/1'],
    ],
    ['an RDMA device without a limit', '/linux/resources/rdma/rxe3', {}, ['/linux/resources/rdma/rxe3']],
    ['a policy that needs nodes', '/linux/memoryPolicy/nodes', undefined, ['/linux/memoryPolicy/nodes']],
    ['a policy that has no nodes', '/linux/memoryPolicy/mode', 'MPOL_LOCAL', ['/linux/memoryPolicy/nodes']],
    [
      'nodes both relative and static',
      '/linux/memoryPolicy/flags',
      ['MPOL_F_STATIC_NODES', 'MPOL_F_RELATIVE_NODES'],
      ['/linux/memoryPolicy/flags'],
    ],
    ['a default errno of an action without', '/linux/seccomp/defaultAction', 'SCMP_ACT_ALLOW', ['/linux/seccomp/defaultErrnoRet']],
    ['an errno of an action without', '/linux/seccomp/syscalls/2/action', 'SCMP_ACT_KILL', ['/linux/seccomp/syscalls/2/errnoRet']],
    [
      'a notification without a listener',
      '/linux/seccomp/listenerPath',
      undefined,
      ['/linux/seccomp/listenerMetadata', '/linux/seccomp/listenerPath'],
    ],
    ['a rule for no call', '/linux/seccomp/syscalls/0/names', [], ['/linux/seccomp/syscalls/0/names']],
    ['a call without a name', '/linux/seccomp/syscalls/0/names/0', '', ['/linux/seccomp/syscalls/0/names/0']],
    ['a flag of a personality', '/linux/personality/flags', ['ADDR_NO_RANDOMIZE'], ['/linux/personality/flags/0']],
    ['a clock without offsets', '/linux/timeOffsets/realtime', {}, ['/linux/timeOffsets/realtime']],
    ['an annotation without a name', '/annotations/', 'x', ['/annotations/']],
    ['a cgroup file elsewhere', '/linux/resources/unified/..~1cgroup.procs', '1', ['/linux/resources/unified/..~1cgroup.procs']],
    ['a cgroup file that is none', '/linux/resources/unified/..', '1', ['/linux/resources/unified/..']],
    ['a sysctl elsewhere', '/linux/sysctl/net~1..~1..~1self~1mem', '1', ['/linux/sysctl/net~1..~1..~1self~1mem']],
    ['a sysctl by absolute path', '/linux/sysctl/~1kernel~1panic', '1', ['/linux/sysctl/~1kernel~1panic']],
    ['a network device that is a path', '/linux/netDevices/..', {}, ['/linux/netDevices/..']],
    ['a network device that is called like another', '/linux/netDevices/a~0', { name: 'wlan0' }, ['/linux/netDevices/a~0']],
    ['a root that is a list', '/root', [], ['/root']],
    ['a process that is a string', '/process', 'sh', ['/process']],
  ];
  for (const [what, pointer, value, issues] of rules) {
    it(`refuses ${what}`, () => {
      const found = pointersOf(() => validateSpec(changed(full(), pointer, value)));
      expect(found).to.deep.equal(issues);
    });
  }

  it('refuses an idmapped mount that has nothing to map by', () => {
    const mounts = [{ destination: '/a', source: '/a', options: ['bind', 'idmap'] }];
    expect(pointersOf(() => validateSpec({ ...minimal(), mounts }))).to.deep.equal(['/mounts/0/options']);
    expect(
      pointersOf(() => validateSpec({ ...minimal(), mounts, linux: { namespaces: [{ type: 'user', path: '/proc/1/ns/user' }] } })),
    ).to.deep.equal([]);
  });

  it('warns, and says where', () => {
    const warned: [pointer: string, value: Json, at: string][] = [
      ['/process/terminal', false, '/process/consoleSize'],
      ['/process/capabilities/bounding/1', 'CAP_FLY', '/process/capabilities/bounding/1'],
      ['/mounts/0/destination', 'proc', '/mounts/0/destination'],
      ['/mounts/1/options', ['rbind'], '/mounts/1/options'],
      ['/linux/resources/memory/kernel', 1024, '/linux/resources/memory/kernel'],
      ['/linux/intelRdt/l3CacheSchema', 'L2:', '/linux/intelRdt/l3CacheSchema'],
      ['/windows', {}, '/windows'],
    ];
    for (const [pointer, value, at] of warned) {
      const { warnings } = validateSpec(changed(full(), pointer, value));
      expect(
        warnings.map((warning) => warning.pointer),
        pointer,
      ).to.deep.equal([at]);
      expect(warnings[0]?.message).to.match(/\w/);
    }
  });

  it('finds every issue at once, in the order of the document', () => {
    const document = {
      ociVersion: '2.0.0',
      process: { cwd: 'x', args: [], rlimits: [{ type: 'RLIMIT_X', hard: -1 }] },
      linux: { namespaces: [{ type: 'utz' }, {}] },
    };
    expect(() => validateSpec(document))
      .to.throw(SpecError, 'the configuration is not what the OCI runtime specification allows, in 9 places')
      .with.property('code', 'SPEC_INVALID');
    expect(pointersOf(() => validateSpec(document))).to.deep.equal([
      '/ociVersion',
      '/process/args',
      '/process/cwd',
      '/process/rlimits/0/type',
      '/process/rlimits/0/hard',
      '/process/rlimits/0/soft',
      '/root',
      '/linux/namespaces/0/type',
      '/linux/namespaces/1/type',
    ]);
  });

  it('asks nothing of fields that are faulty already', () => {
    // The host name may well be right, once the kind of namespace is.
    expect(pointersOf(() => validateSpec({ ...minimal(), hostname: 'a', linux: { namespaces: [{ type: 'utz' }] } }))).to.deep.equal([
      '/linux/namespaces/0/type',
    ]);
  });

  for (const document of [null, undefined, 1, 'x', [], [{}], true, 1n]) {
    it(`refuses ${shortly(document as Json)} as a whole`, () => {
      expect(pointersOf(() => validateSpec(document))).to.deep.equal(['']);
    });
  }

  it('stops listing after a thousand issues', () => {
    const issues = issuesOf(() => validateSpec({ ...minimal(), mounts: Array.from({ length: 5000 }, () => 0) }));
    expect(issues).to.have.lengthOf(1001);
    expect(issues.at(-1)).to.deep.equal({ pointer: '', message: 'there is more: only the first 1000 are listed' });
    expect(pointersOf(() => validateSpec({ ...minimal(), mounts: Array.from({ length: 65_537 }, () => 0) }))).to.deep.equal(['/mounts']);
  });

  it('is not misled by names of prototypes', () => {
    const hostile = JSON.parse(
      '{"ociVersion":"1.0.0","root":{"path":"r","__proto__":{"readonly":true}},"__proto__":{"hostname":"x"},"annotations":{"__proto__":"a","constructor":"b"}}',
    ) as unknown;
    const { spec } = validateSpec(hostile);
    expect(spec.root).to.deep.equal({ path: 'r' });
    expect(spec.hostname).to.equal(undefined);
    expect(Object.entries(spec.annotations ?? {})).to.deep.equal([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(spec.annotations?.['toString']).to.equal(undefined);
    expect(({} as { readonly?: unknown }).readonly).to.equal(undefined);
  });

  it('throws nothing but SpecError, whatever is changed, and points into the document', () => {
    const random = randomFrom(2);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
    const originals = [full(), engineLike()];
    const places = originals.map((document) => placesOf(document));
    const strange: readonly (() => Json | undefined)[] = [
      () => undefined,
      () => null,
      () => true,
      () => -1,
      () => 1.5,
      () => 2 ** 53,
      () => NaN,
      () => Infinity,
      () => -(2n ** 70n),
      () => 2n ** 64n - 1n,
      () => '',
      () => '\0',
      () => '\udfff',
      () => 'x'.repeat(5000),
      () => '/',
      () => [],
      () => [[]],
      () => ({}),
      () => ({ length: 3, toString: 1 }),
      () => Array.from({ length: 400 }, () => null),
      () => pick(pick(places)).value,
    ];
    let valid = 0;
    for (let i = 0; i < 4000; i++) {
      const which = i % 2;
      const document = structuredClone(originals[which]!);
      for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
        try {
          changed(document, pick(places[which]!).pointer, structuredClone(pick(strange)()));
        } catch {
          // An earlier change has taken the parent away.
        }
      }
      const issues = issuesOf(() => validateSpec(document));
      if (issues.length === 0) valid++;
      for (const { pointer, message } of issues) {
        const parent = pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
        expect(valueAt(document, parent), `${pointer}: ${message}`).to.satisfy(
          (value: unknown) => typeof value === 'object' || pointer === '',
        );
        expect(message.length).to.be.within(5, 300);
      }
    }
    expect(valid).to.be.greaterThan(50).and.lessThan(3600);
  }).timeout(60_000);

  it('has types that say what may be missing', () => {
    const { spec } = validateSpec(full());
    const linux: Linux | undefined = spec.linux;
    const process: Process | undefined = spec.process;
    const cwd: string | undefined = process?.cwd;
    const limit: number | bigint | undefined = linux?.resources?.memory?.limit;
    // @ts-expect-error -- everything is read-only
    const write = (target: Spec): unknown => (target.hostname = 'x');
    // @ts-expect-error -- 64 bits are more than a number holds
    const narrow: number | undefined = linux?.resources?.memory?.swap;
    // @ts-expect-error -- a kind of namespace is a word, not any string
    const namespace: NonNullable<Linux['namespaces']>[number] = { type: 'utz' };
    expect([cwd, limit, typeof write, typeof narrow, namespace.type]).to.deep.equal(['/root', 536870912, 'function', 'bigint', 'utz']);
  });
});

/** The spec or the issues of a document, to compare. */
function outcome(document: unknown): unknown {
  try {
    return validateSpec(document);
  } catch (error) {
    if (SpecError.is(error)) return error.issues;
    throw error;
  }
}

function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const name of pointer.split('/').slice(1))
    value = (value as Record<string, unknown> | null)?.[name.replaceAll('~1', '/').replaceAll('~0', '~')];
  return value;
}

function shortly(value: Json): string {
  return (typeof value === 'bigint' ? `${String(value)}n` : (JSON.stringify(value) ?? 'undefined')).slice(0, 40);
}

describe('validateResources', () => {
  it('checks linux.resources alone, with pointers into that document', () => {
    const { resources, warnings } = validateResources({
      memory: { limit: 2n ** 53n, kernel: 1 },
      cpu: { cpus: '0-1', unknown: 1 },
      pids: null,
    });
    expect(resources).to.deep.equal({ memory: { limit: 2n ** 53n, kernel: 1 }, cpu: { cpus: '0-1' } });
    expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/memory/kernel']);
    expect(pointersOf(() => validateResources({ memory: { limit: -2 }, unified: { '../x': '1' } })).toSorted()).to.deep.equal([
      '/memory/limit',
      '/unified/..~1x',
    ]);
    expect(() => validateResources([])).to.throw(SpecError);
  });
});

describe('validateProcess', () => {
  it('checks process alone, with pointers as into a config that has it', () => {
    const { process, warnings } = validateProcess({ args: ['id'], cwd: '/', consoleSize: { height: 1, width: 2 }, unknown: 1 });
    expect(process).to.deep.equal({ args: ['id'], cwd: '/', consoleSize: { height: 1, width: 2 }, user: { uid: 0, gid: 0 } });
    expect(warnings.map(({ pointer }) => pointer)).to.deep.equal(['/process/consoleSize']);
    expect(pointersOf(() => validateProcess({ args: [], cwd: 'tmp', user: { uid: -1, gid: 0 } })).toSorted()).to.deep.equal([
      '/process/args',
      '/process/cwd',
      '/process/user/uid',
    ]);
    expect(() => validateProcess(undefined)).to.throw(SpecError);
  });
});
