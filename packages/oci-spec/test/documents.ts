/** Documents as text or data that several tests take. Each call gives a fresh copy. */

export type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** The least that is valid, and what the specification's own example of a minimal one has. */
export function minimal(): JsonObject {
  return { ociVersion: '1.0.2', process: { cwd: '/', args: ['sh'], user: { uid: 0, gid: 0 } }, root: { path: 'rootfs' } };
}

/** Every field of runtime-spec 1.3.0 for Linux and virtual machines, each with a value that is valid beside the others. */
export function full(): JsonObject {
  const ids = (): Json => [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100000, size: 65536 },
  ];
  const hook = (name: string): Json => [
    { path: `/usr/bin/${name}`, args: [name, ''], env: ['A=', 'B=x=y'], timeout: 5 },
    { path: '/bin/true' },
  ];
  return {
    ociVersion: '1.3.0',
    process: {
      terminal: true,
      consoleSize: { height: 25, width: 80 },
      user: { uid: 1, gid: 2, umask: 0o027, additionalGids: [5, 6] },
      args: ['sh', '-c', '', 'ü \u{1F4A7}'],
      env: ['PATH=/bin', 'EMPTY='],
      cwd: '/root',
      capabilities: {
        bounding: ['CAP_KILL', 'CAP_CHOWN'],
        effective: ['CAP_KILL'],
        inheritable: ['CAP_KILL'],
        permitted: ['CAP_KILL'],
        ambient: ['CAP_KILL'],
      },
      rlimits: [
        { type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 },
        { type: 'RLIMIT_CORE', hard: 18446744073709551615n, soft: 0 },
      ],
      noNewPrivileges: true,
      apparmorProfile: 'acme_profile',
      oomScoreAdj: -500,
      scheduler: {
        policy: 'SCHED_DEADLINE',
        nice: -20,
        priority: 0,
        flags: ['SCHED_FLAG_RESET_ON_FORK'],
        runtime: 10_000_000,
        deadline: 20_000_000,
        period: 9223372036854775807n,
      },
      selinuxLabel: 'system_u:system_r:svirt_lxc_net_t:s0:c124,c675',
      ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 4 },
      execCPUAffinity: { initial: '7', final: '0-3, 7' },
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'tank',
    domainname: 'example.test',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid'] },
      { destination: '/data', type: 'none', source: 'data', options: ['rbind', 'ridmap'], uidMappings: ids(), gidMappings: ids() },
    ],
    hooks: {
      prestart: hook('prestart'),
      createRuntime: hook('create-runtime'),
      createContainer: hook('create-container'),
      startContainer: hook('start-container'),
      poststart: hook('poststart'),
      poststop: hook('poststop'),
    },
    annotations: { 'org.example.key': 'value', empty: '' },
    linux: {
      namespaces: [
        { type: 'pid' },
        { type: 'network', path: '/run/netns/a' },
        { type: 'mount' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'user' },
        { type: 'cgroup' },
        { type: 'time' },
      ],
      uidMappings: ids(),
      gidMappings: ids(),
      timeOffsets: { monotonic: { secs: 172800, nanosecs: 5 }, boottime: { secs: -1, nanosecs: 999999999 } },
      devices: [
        { type: 'c', path: '/dev/fuse', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 },
        { type: 'b', path: '/dev/sda', major: 8, minor: 0 },
        { type: 'p', path: '/run/fifo' },
      ],
      netDevices: { eth0: { name: 'container%d' }, wlan0: {} },
      cgroupsPath: '/standpipe/tank',
      resources: {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'c', major: 10, minor: -1, access: 'rw' },
        ],
        memory: {
          limit: 536870912,
          reservation: -1,
          swap: 9223372036854775807n,
          kernel: -1,
          kernelTCP: -1,
          swappiness: 0,
          disableOOMKiller: false,
          useHierarchy: true,
          checkBeforeUpdate: true,
        },
        cpu: {
          shares: 1024,
          quota: 1000000,
          burst: 1000000,
          period: 500000,
          realtimeRuntime: 950000,
          realtimePeriod: 1000000,
          cpus: '2-3',
          mems: '0-7',
          idle: 0,
        },
        pids: { limit: 32771 },
        blockIO: {
          weight: 10,
          leafWeight: 10,
          weightDevice: [
            { major: 8, minor: 0, weight: 500, leafWeight: 300 },
            { major: 8, minor: 16, leafWeight: 500 },
          ],
          throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 600 }],
          throttleWriteBpsDevice: [{ major: 8, minor: 0, rate: 18446744073709551615n }],
          throttleReadIOPSDevice: [{ major: 8, minor: 16, rate: 300 }],
          throttleWriteIOPSDevice: [{ major: 8, minor: 16, rate: 0 }],
        },
        hugepageLimits: [
          { pageSize: '2MB', limit: 209715200 },
          { pageSize: '64KB', limit: 1000000 },
        ],
        network: { classID: 1048577, priorities: [{ name: 'eth0', priority: 500 }] },
        rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, rxe3: { hcaObjects: 0 } },
        unified: { 'io.max': '259:0 rbps=2097152\n253:0 wiops=120', 'memory.high': '' },
      },
      intelRdt: {
        closID: 'guaranteed',
        schemata: ['L3:0=7f0;1=1f', 'MB:0=20;1=70'],
        l3CacheSchema: 'L3:0=7f0',
        memBwSchema: 'MB:0=20',
        enableMonitoring: true,
      },
      memoryPolicy: { mode: 'MPOL_INTERLEAVE', nodes: '2-3', flags: ['MPOL_F_STATIC_NODES'] },
      sysctl: { 'net.ipv4.ip_forward': '1', 'net/core/somaxconn': '256' },
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 1,
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32'],
        flags: ['SECCOMP_FILTER_FLAG_LOG'],
        listenerPath: '/run/agent.sock',
        listenerMetadata: 'opaque',
        syscalls: [
          { names: ['getcwd', 'chmod'], action: 'SCMP_ACT_NOTIFY' },
          {
            names: ['clone'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value: 2114060288, valueTwo: 18446744073709551615n, op: 'SCMP_CMP_MASKED_EQ' }],
          },
          { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
        ],
      },
      rootfsPropagation: 'slave',
      maskedPaths: ['/proc/kcore'],
      readonlyPaths: ['/proc/sys'],
      mountLabel: 'system_u:object_r:svirt_sandbox_file_t:s0:c715,c811',
      personality: { domain: 'LINUX32', flags: [] },
    },
    vm: {
      hypervisor: { path: '/usr/bin/vmm', parameters: ['a=b'] },
      kernel: { path: '/boot/vmlinuz', parameters: ['quiet'], initrd: '/boot/initrd' },
      image: { path: '/var/root.img', format: 'raw' },
      hwConfig: {
        deviceTree: '/var/tree.dtb',
        vcpus: 1,
        memory: 4194304,
        dtdevs: ['path/to/node'],
        iomems: [
          { firstMFN: 12288, nrMFNs: 1 },
          { firstGFN: 12544, firstMFN: 33024, nrMFNs: 18446744073709551615n },
        ],
        irqs: [11, 22],
      },
    },
  };
}

const SYSCALLS = 360;

/** As engines make it: ten mounts, a seccomp profile with some hundred calls, unlimited limits, `null` for lists that are not there. */
export function engineLike(): JsonObject {
  const capabilities = [
    'CAP_CHOWN',
    'CAP_DAC_OVERRIDE',
    'CAP_FSETID',
    'CAP_FOWNER',
    'CAP_MKNOD',
    'CAP_NET_RAW',
    'CAP_SETGID',
    'CAP_SETUID',
    'CAP_SETFCAP',
    'CAP_SETPCAP',
    'CAP_NET_BIND_SERVICE',
    'CAP_SYS_CHROOT',
    'CAP_KILL',
    'CAP_AUDIT_WRITE',
  ];
  const mount = (destination: string, type: string, ...options: string[]): Json => ({
    destination,
    type,
    source: type === 'bind' ? `/var/lib/engine/containers/1${destination}` : type,
    options,
  });
  const file = (destination: string): Json => mount(destination, 'bind', 'rbind', 'rprivate');
  return {
    ociVersion: '1.1.0+dev',
    process: {
      user: { uid: 0, gid: 0, additionalGids: [0, 1, 2, 3, 4, 6, 10, 11, 20, 26, 27] },
      args: ['/bin/sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=2c4f6d1e9a7b'],
      cwd: '/',
      capabilities: {
        bounding: [...capabilities],
        effective: [...capabilities],
        permitted: [...capabilities],
        inheritable: null,
        ambient: null,
      },
      rlimits: [{ type: 'RLIMIT_MEMLOCK', hard: 18446744073709551615n, soft: 18446744073709551615n }],
      apparmorProfile: 'engine-default',
      oomScoreAdj: 0,
    },
    root: { path: '/var/lib/engine/overlay2/4f0b/merged' },
    hostname: '2c4f6d1e9a7b',
    mounts: [
      mount('/proc', 'proc', 'nosuid', 'noexec', 'nodev'),
      mount('/dev', 'tmpfs', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
      mount('/dev/pts', 'devpts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'),
      mount('/sys', 'sysfs', 'nosuid', 'noexec', 'nodev', 'ro'),
      mount('/sys/fs/cgroup', 'cgroup', 'ro', 'nosuid', 'noexec', 'nodev'),
      mount('/dev/mqueue', 'mqueue', 'nosuid', 'noexec', 'nodev'),
      mount('/dev/shm', 'tmpfs', 'nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'),
      file('/etc/resolv.conf'),
      file('/etc/hostname'),
      file('/etc/hosts'),
    ],
    hooks: {
      prestart: [{ path: '/proc/1234/exe', args: ['libnetwork-setkey', '-exec-root=/run/engine', '2c4f6d1e9a7b'] }],
      poststop: null,
    },
    linux: {
      sysctl: { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' },
      resources: {
        devices: [
          { allow: false, access: 'rwm' },
          ...[5, 3, 9, 8, 7, 0, 1, 2].map((minor) => ({ allow: true, type: 'c', major: minor < 3 ? 5 : 1, minor, access: 'rwm' })),
          { allow: false, type: 'c', major: 10, minor: 229, access: 'rwm' },
        ],
        memory: { disableOOMKiller: false },
        cpu: { shares: 0 },
        pids: { limit: -1 },
        blockIO: { weight: 0 },
      },
      cgroupsPath: '/engine/2c4f6d1e9a7b',
      namespaces: [{ type: 'mount' }, { type: 'network' }, { type: 'uts' }, { type: 'pid' }, { type: 'ipc' }, { type: 'cgroup' }],
      devices: null,
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 1,
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        syscalls: [
          { names: Array.from({ length: SYSCALLS }, (_, i) => `syscall_number_${String(i)}`), action: 'SCMP_ACT_ALLOW' },
          ...[0, 8, 131072, 131080, 4294967295].map((value) => ({
            names: ['personality'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
          })),
          { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 2114060288, op: 'SCMP_CMP_MASKED_EQ' }] },
          { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
        ],
      },
      maskedPaths: [
        '/proc/asound',
        '/proc/acpi',
        '/proc/interrupts',
        '/proc/kcore',
        '/proc/keys',
        '/proc/latency_stats',
        '/proc/timer_list',
        '/proc/timer_stats',
        '/proc/sched_debug',
        '/proc/scsi',
        '/sys/firmware',
        '/sys/devices/virtual/powercap',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

/** JSON with bigints as the integers that they are. */
export function jsonText(value: Json, indent = ''): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[\n${value.map((entry) => inner + jsonText(entry, inner)).join(',\n')}\n${indent}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, entry]) => `${inner}${JSON.stringify(name)}: ${jsonText(entry, inner)}`);
    return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
