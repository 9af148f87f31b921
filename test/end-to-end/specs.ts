import { defaultSpec, type Spec } from '@standpipe/oci-spec';

type Mutable<T> = T extends (...args: never[]) => unknown ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
export type Config = Mutable<Spec>;

/** What `standpipe spec` writes, with a command and no terminal: to be changed at will. */
export function specOf(args: readonly string[], change: (config: Config) => void = () => undefined): Spec {
  const config = structuredClone(defaultSpec()) as Config;
  if (config.process === undefined || config.root === undefined) throw new Error('the default has a process and a root');
  config.process.args = [...args];
  config.process.terminal = false;
  config.root.readonly = false;
  change(config);
  return config;
}

export function shell(script: string, change?: (config: Config) => void): Spec {
  return specOf(['/bin/sh', '-c', script], change);
}

const dockerCapabilities = [
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

/** A config of the shape that Docker makes: ten mounts, nineteen masked and read-only paths. `files` is a directory with hosts, hostname and resolv.conf. */
export function dockerLike(args: readonly string[], files: string): Spec {
  return specOf(args, (config) => {
    config.hostname = '0123456789ab';
    config.process = {
      ...config.process!,
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=0123456789ab'],
      capabilities: { bounding: dockerCapabilities, effective: dockerCapabilities, permitted: dockerCapabilities },
      oomScoreAdj: 0,
      rlimits: [],
      noNewPrivileges: false,
    };
    const bind = (name: string): { destination: string; type: string; source: string; options: string[] } => ({
      destination: `/etc/${name}`,
      type: 'bind',
      source: `${files}/${name}`,
      options: ['rbind', 'rprivate'],
    });
    config.mounts = [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
      {
        destination: '/dev/pts',
        type: 'devpts',
        source: 'devpts',
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', 'nosuid', 'noexec', 'nodev'] },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'] },
      bind('resolv.conf'),
      bind('hostname'),
      bind('hosts'),
    ];
    config.linux = {
      ...config.linux,
      namespaces: ['mount', 'network', 'uts', 'pid', 'ipc', 'cgroup'].map((type) => ({ type })) as NonNullable<
        Config['linux']
      >['namespaces'],
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
        '/sys/devices/system/cpu/cpu0/thermal_throttle',
        '/sys/devices/system/cpu/cpu1/thermal_throttle',
      ],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    };
  });
}
