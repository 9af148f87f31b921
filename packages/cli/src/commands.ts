import type { CommandSpec, OptionSpec } from './command.js';

export const globalOptions: Readonly<Record<string, OptionSpec>> = {
  root: { type: 'string', describe: 'directory that holds the state of containers' },
  log: { type: 'string', describe: 'file that failures, and all else there is to tell, are written to' },
  'log-format': { type: 'string', choices: ['text', 'json'], default: 'text', describe: 'how the log is written' },
  debug: { type: 'boolean', describe: 'tell what is planned and done, and show stack traces with errors' },
  assembly: { type: 'string', describe: 'assembly config to use instead of the default one' },
  'systemd-cgroup': { type: 'boolean', describe: 'have systemd make cgroups: scopes, by a cgroupsPath of slice:prefix:name' },
  'cgroup-manager': {
    type: 'string',
    choices: ['cgroupfs', 'systemd', 'disabled'],
    describe: 'who makes cgroups; what the cgroupsPath looks like says it when left out',
  },
  rootless: {
    type: 'string',
    choices: ['auto', 'true', 'false'],
    default: 'auto',
    describe: 'taken and not needed: whether an ordinary user runs it is seen',
  },
  criu: { type: 'string', describe: 'taken and not needed' },
};

const bundle: OptionSpec = {
  type: 'string',
  alias: 'b',
  default: '.',
  describe: 'directory of the bundle: config.json and the root filesystem',
};
const strict: OptionSpec = { type: 'boolean', describe: 'fail when the config asks for something that no assembled plugin honours' };
const asRoot: OptionSpec = { type: 'boolean', describe: 'as root would run it, whoever asks' };
const json: OptionSpec = { type: 'boolean', describe: 'print JSON' };
const containerId = { name: 'container-id', describe: 'name of the container, unique on this host', required: true };

const noPivot: OptionSpec = { type: 'boolean', describe: 'move and chroot instead of pivot_root (for a root on a ramfs)' };

const updateOptions: CommandSpec['options'] = {
  resources: {
    type: 'string',
    alias: 'r',
    describe: 'file with linux.resources as JSON, or - for standard input; other limits must not be named then',
  },
  memory: { type: 'string', describe: 'bytes, as 512M too; -1 for no limit' },
  'memory-reservation': { type: 'string', describe: 'bytes that are left to it while others have more than theirs' },
  'memory-swap': { type: 'string', describe: 'bytes of memory and swap together; -1 for no limit' },
  'cpu-share': { type: 'string', describe: 'weight against other cgroups; 1024 is usual' },
  'cpu-period': { type: 'string', describe: 'microseconds in which the quota counts' },
  'cpu-quota': { type: 'string', describe: 'microseconds of CPU time in each period; -1 for no limit' },
  'cpu-burst': { type: 'string', describe: 'microseconds that may be saved up beyond the quota' },
  'cpu-idle': { type: 'string', describe: '1 to run only when nothing else would, 0 otherwise' },
  'cpu-rt-period': { type: 'string', describe: 'microseconds in which the real-time limit counts' },
  'cpu-rt-runtime': { type: 'string', describe: 'microseconds of real-time scheduling in each period' },
  'cpuset-cpus': { type: 'string', describe: 'CPUs that may be used, such as 0-3,7' },
  'cpuset-mems': { type: 'string', describe: 'memory nodes that may be used' },
  'blkio-weight': { type: 'string', describe: 'weight of block io, 10 to 1000' },
  'pids-limit': { type: 'string', describe: 'processes and threads; -1 for no limit' },
  'l3-cache-schema': { type: 'string', describe: 'share of the L3 cache (not there yet)' },
  'mem-bw-schema': { type: 'string', describe: 'share of the memory bandwidth (not there yet)' },
};

/** What all have that make a process. */
const processOptions: CommandSpec['options'] = {
  'pid-file': { type: 'string', describe: 'file that the process id is written to' },
  'console-socket': { type: 'string', describe: 'unix socket that the terminal is sent to' },
  'pidfd-socket': { type: 'string', describe: 'unix socket that a pidfd of the process is sent to' },
  'preserve-fds': { type: 'number', default: 0, describe: 'pass this many file descriptors, from 3 up, to the process' },
};

/** What `create` and `run` share. */
const createOptions: CommandSpec['options'] = {
  bundle,
  config: { type: 'string', alias: 'f', describe: 'config to use instead of config.json in the bundle' },
  ...processOptions,
  'no-pivot': noPivot,
  'no-new-keyring': { type: 'boolean', describe: 'keep the session keyring of the caller' },
  strict,
};

export const commands: readonly CommandSpec[] = [
  {
    name: 'create',
    describe: 'set a container up from a bundle, all but its command, which waits to be started',
    positionals: [containerId],
    options: createOptions,
    load: async () => import('./verbs/create.js'),
  },
  {
    name: 'start',
    describe: 'run the command of a created container',
    positionals: [containerId],
    options: {},
    load: async () => import('./verbs/start.js'),
  },
  {
    name: 'state',
    describe: 'print the state of a container as JSON',
    positionals: [containerId],
    options: {},
    load: async () => import('./verbs/state.js'),
  },
  {
    name: 'list',
    describe: 'list the containers under the state directory',
    positionals: [],
    options: {
      format: { type: 'string', alias: 'f', choices: ['table', 'json'], default: 'table', describe: 'a table, or JSON' },
      quiet: { type: 'boolean', alias: 'q', describe: 'ids only' },
    },
    load: async () => import('./verbs/list.js'),
  },
  {
    name: 'kill',
    describe: 'send a signal to a container: SIGTERM when none is named',
    positionals: [containerId, { name: 'signal', describe: 'its name or number', required: false }],
    options: { all: { type: 'boolean', alias: 'a', describe: 'send it to every process of the container' } },
    load: async () => import('./verbs/kill.js'),
  },
  {
    name: 'run',
    describe: 'create a container from a bundle and run it',
    positionals: [containerId],
    options: {
      detach: { type: 'boolean', alias: 'd', describe: 'leave the container running in the background' },
      keep: { type: 'boolean', describe: 'keep the state of the container when it has ended' },
      'no-subreaper': { type: 'boolean', describe: 'nothing: init adopts no processes but those of the container' },
      ...createOptions,
    },
    load: async () => import('./verbs/run.js'),
  },
  {
    name: 'exec',
    describe: 'execute a further process in a container',
    positionals: [containerId],
    rest: 'command',
    options: {
      process: {
        type: 'string',
        alias: 'p',
        describe: 'file with the process as JSON, like process of a config.json; instead of a command',
      },
      detach: { type: 'boolean', alias: 'd', describe: 'leave the process running in the background' },
      tty: { type: 'boolean', alias: 't', describe: 'give it a terminal' },
      user: { type: 'string', alias: 'u', describe: 'UID or UID:GID that it runs as' },
      'additional-gids': { type: 'array', alias: 'g', describe: 'group that it is in as well' },
      env: { type: 'array', alias: 'e', describe: 'NAME=VALUE to add to the environment' },
      cwd: { type: 'string', describe: 'working directory in the container' },
      cap: { type: 'array', alias: 'c', describe: "capability to add to the container's" },
      'no-new-privs': { type: 'boolean', describe: 'it can never gain privileges' },
      apparmor: { type: 'string', describe: 'AppArmor profile' },
      'process-label': { type: 'string', describe: 'SELinux label' },
      cgroup: { type: 'array', describe: "cgroup below the container's to run in, which is there: [CONTROLLER[,CONTROLLER]:]PATH" },
      'ignore-paused': { type: 'boolean', describe: 'take a paused container: the process runs when it is resumed' },
      ...processOptions,
    },
    load: async () => import('./verbs/exec.js'),
  },
  {
    name: 'delete',
    describe: 'remove what is left of a container',
    positionals: [containerId],
    options: {
      force: { type: 'boolean', alias: 'f', describe: 'kill the container first when it still runs; succeed when there is none' },
    },
    load: async () => import('./verbs/delete.js'),
  },
  {
    name: 'pause',
    describe: 'stop every process of a container where it is',
    positionals: [containerId],
    options: {},
    load: async () => import('./verbs/pause.js'),
  },
  {
    name: 'resume',
    describe: 'let the processes of a paused container run on',
    positionals: [containerId],
    options: {},
    load: async () => import('./verbs/resume.js'),
  },
  {
    name: 'update',
    describe: 'change the limits of a container: those that are named, and all or none of them',
    positionals: [containerId],
    options: updateOptions,
    load: async () => import('./verbs/update.js'),
  },
  {
    name: 'ps',
    describe: 'list the processes of a container',
    positionals: [containerId],
    rest: 'ps options',
    options: {
      format: {
        type: 'string',
        alias: 'f',
        choices: ['table', 'json'],
        default: 'table',
        describe: 'as ps(1) shows them, or their ids as JSON',
      },
    },
    load: async () => import('./verbs/ps.js'),
  },
  {
    name: 'events',
    describe: 'print what a container uses, and when its memory runs out, until it ends: a line of JSON each',
    positionals: [containerId],
    options: {
      stats: { type: 'boolean', describe: 'print what it uses once, and no more' },
      interval: { type: 'string', default: '5s', describe: 'time between two statistics, such as 500ms or 1m30s' },
    },
    load: async () => import('./verbs/events.js'),
  },
  {
    name: 'top',
    describe: 'show what all containers use, live on a terminal: CPU, memory, processes, io, pressure',
    positionals: [],
    options: {
      sort: {
        type: 'string',
        alias: 's',
        choices: ['cpu', 'memory', 'pids', 'io', 'id'],
        default: 'cpu',
        describe: 'what the order goes by',
      },
      interval: { type: 'string', alias: 'i', default: '1s', describe: 'time between two looks' },
      count: { type: 'number', alias: 'n', describe: 'how often to show them; once when left out, and on a terminal until told to stop' },
      json: { ...json, describe: 'print JSON: a line for each look' },
    },
    load: async () => import('./verbs/top.js'),
  },
  {
    name: 'spec',
    describe: 'write a default config.json',
    positionals: [],
    options: {
      bundle: { ...bundle, describe: 'directory to write config.json into' },
      rootless: { type: 'boolean', describe: 'for a container that an ordinary user runs' },
    },
    load: async () => import('./verbs/spec.js'),
  },
  {
    name: 'doctor',
    describe: 'say what this machine can and can not do for containers, and what to change',
    positionals: [],
    options: { json },
    load: async () => import('./verbs/doctor.js'),
  },
  {
    name: 'features',
    describe: 'print what can be asked for, as the features document of the specification',
    positionals: [],
    options: {},
    load: async () => import('./verbs/features.js'),
  },
  {
    name: 'explain',
    describe: 'show the program that a bundle compiles to, without running it',
    positionals: [{ name: 'file', describe: 'a compiled container to explain instead of a bundle', required: false }],
    options: {
      bundle,
      json,
      'no-origins': { type: 'boolean', describe: 'leave out which plugin and which line of the config each op comes from' },
      'as-root': asRoot,
      strict,
    },
    load: async () => import('./verbs/explain.js'),
  },
  {
    name: 'compile',
    describe: 'make one executable that runs a bundle with no JavaScript',
    positionals: [],
    options: {
      bundle,
      output: { type: 'string', alias: 'o', describe: 'executable to write' },
      id: { type: 'string', describe: 'name of the container; the name of the output when left out' },
      arch: { type: 'string', choices: ['x64', 'arm64'], describe: 'architecture to compile for; this one when left out' },
      'no-pivot': noPivot,
      'strip-notes': { type: 'boolean', describe: 'leave out the notes that explain needs' },
      'as-root': asRoot,
      strict,
    },
    load: async () => import('./verbs/compile.js'),
  },
  {
    name: 'seccomp',
    describe: 'tell what a seccomp profile says: explain PROFILE, simulate PROFILE SYSCALL [ARGUMENT...], diff PROFILE PROFILE',
    positionals: [
      { name: 'what', describe: 'explain, simulate or diff', required: true },
      { name: 'profile', describe: 'file of a profile or config, directory of a bundle, or docker', required: true },
    ],
    rest: 'syscall or profile',
    options: {
      abi: { type: 'string', describe: "whose calls, such as SCMP_ARCH_X86; the machine's own when left out" },
      json,
    },
    load: async () => import('./verbs/seccomp.js'),
  },
  {
    name: 'audit',
    describe: 'tell what the config of a bundle lets through, worst first, and what to change',
    positionals: [{ name: 'bundle', describe: 'directory of the bundle; the present one when left out', required: false }],
    options: {
      json,
      'fail-on': {
        type: 'string',
        choices: ['critical', 'high', 'medium', 'low'],
        describe: 'exit with 2 when something is as bad as that, or worse',
      },
    },
    load: async () => import('./verbs/audit.js'),
  },
  {
    name: 'plugins',
    describe: 'show what is assembled, in which order, and why',
    positionals: [],
    options: { json },
    load: async () => import('./verbs/plugins.js'),
  },
  {
    name: 'sandbox',
    describe: "run a command of this host in a throw-away container over the host's own root",
    positionals: [],
    rest: 'command',
    options: {
      rw: { type: 'array', describe: 'directory that the command may really write to' },
      net: { type: 'boolean', describe: 'share the network of the host' },
      cwd: { type: 'string', describe: 'working directory; the present one when left out' },
      env: { type: 'array', alias: 'e', describe: 'NAME=VALUE, or NAME to take over its value, to add to the environment' },
      'as-root': { type: 'boolean', describe: 'be root inside, with the subordinate ids that one has (for ordinary users)' },
      'cap-add': { type: 'array', describe: 'capability that the command has; none without it' },
      hostname: { type: 'string', default: 'sandbox', describe: 'name of the host inside' },
      'print-config': { type: 'boolean', describe: 'print the config.json of the sandbox instead of running it' },
    },
    load: async () => import('./verbs/sandbox.js'),
  },
  {
    name: 'completion',
    describe: 'print a completion script for bash or zsh',
    positionals: [],
    options: {},
    load: async () => import('./verbs/completion.js'),
  },
];
