import type { CommandSpec, OptionSpec } from './command.js';

export const globalOptions: Readonly<Record<string, OptionSpec>> = {
  root: { type: 'string', describe: 'directory that holds the state of containers' },
  log: { type: 'string', describe: 'file that failures are also written to' },
  'log-format': { type: 'string', choices: ['text', 'json'], default: 'text', describe: 'how the log is written' },
  debug: { type: 'boolean', describe: 'show stack traces with errors' },
  assembly: { type: 'string', describe: 'assembly config to use instead of the default one' },
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

export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    describe: 'create a container from a bundle and run it',
    positionals: [containerId],
    options: {
      bundle,
      detach: { type: 'boolean', alias: 'd', describe: 'leave the container running in the background' },
      keep: { type: 'boolean', describe: 'keep the state of the container when it has ended' },
      'pid-file': { type: 'string', describe: 'file that the process id is written to' },
      'console-socket': { type: 'string', describe: 'unix socket that the terminal is sent to' },
      'no-pivot': noPivot,
      'no-new-keyring': { type: 'boolean', describe: 'keep the session keyring of the caller' },
      'preserve-fds': { type: 'number', default: 0, describe: 'pass this many file descriptors, from 3 up, to the process' },
      strict,
    },
    load: async () => import('./verbs/run.js'),
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
    takesCommand: true,
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
