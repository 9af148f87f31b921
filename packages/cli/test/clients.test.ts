import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCommandLine } from '../src/parse.js';

/** What real clients of runc were seen to say, and those of Go's go-runc could: the verb and its positionals, the options that count, and the global ones. */
const lines: readonly (readonly [
  client: string,
  line: string,
  verb: string,
  options?: Readonly<Record<string, unknown>>,
  global?: Readonly<Record<string, unknown>>,
])[] = [
  // conmon and Podman
  [
    'conmon',
    '--log-format=json --log F create --bundle D --pid-file P --console-socket S --preserve-fds 2 ID',
    'create ID',
    { bundle: 'D', 'pid-file': 'P', 'console-socket': 'S', 'preserve-fds': 2 },
    { log: 'F', logFormat: 'json', debug: false },
  ],
  [
    'conmon',
    '--log-format=json --log F exec --pid-file P --process J --detach --tty --console-socket S ID',
    'exec ID',
    { 'pid-file': 'P', process: 'J', detach: true, tty: true, 'console-socket': 'S' },
    { log: 'F', logFormat: 'json' },
  ],
  ['podman', 'start ID', 'start ID'],
  ['podman', 'kill ID 15', 'kill ID 15'],
  ['podman', 'pause ID', 'pause ID'],
  ['podman', 'resume ID', 'resume ID'],
  ['podman', 'update --resources=F ID', 'update ID', { resources: 'F' }],
  ['podman', 'state ID', 'state ID'],
  ['podman', 'delete --force ID', 'delete ID', { force: true }],
  // containerd: ctr, CRI and, with it, Docker
  [
    'containerd',
    '--root R --log F --log-format json create --bundle D --pid-file P ID',
    'create ID',
    { bundle: 'D', 'pid-file': 'P', 'console-socket': undefined },
    { root: 'R', log: 'F', logFormat: 'json' },
  ],
  ['containerd', '--root R --log F --log-format json start ID', 'start ID'],
  [
    'containerd',
    '--root R --log F --log-format json exec --process J --console-socket S --detach --pid-file P ID',
    'exec ID',
    { process: 'J', 'console-socket': 'S', detach: true, 'pid-file': 'P' },
  ],
  ['containerd', '--root R --log F --log-format json ps --format json ID', 'ps ID', { format: 'json' }],
  ['containerd', '--root R --log F --log-format json kill ID 15', 'kill ID 15', { all: undefined }],
  ['containerd', '--root R --log F --log-format json kill --all ID 9', 'kill ID 9', { all: true }],
  ['containerd', '--root R --log F --log-format json update --resources - ID', 'update ID', { resources: '-' }],
  ['containerd', '--root R --log F --log-format json delete ID', 'delete ID', { force: undefined }],
  ['containerd', '--root R --log F --log-format json delete --force ID', 'delete ID', { force: true }],
  ['containerd', 'run --detach -no-subreaper --bundle B --pid-file P ID', 'run ID', { detach: true, 'no-subreaper': true, bundle: 'B' }],
  // BuildKit
  ['buildkit', '--log F --log-format json run --bundle B ID', 'run ID', { bundle: 'B', detach: undefined }, { log: 'F' }],
  // buildah
  [
    'buildah',
    'create --bundle D --pid-file P --console-socket S --no-new-keyring ID',
    'create ID',
    { 'no-new-keyring': true, 'console-socket': 'S' },
  ],
  // go-runc's other flags
  ['go-runc', '--debug --rootless=true list --format=json', 'list', { format: 'json' }, { debug: true }],
  ['go-runc', '--rootless=false --criu /usr/sbin/criu state ID', 'state ID'],
  ['go-runc', 'events --stats ID', 'events ID', { stats: true }],
  ['go-runc', 'events --interval=5s ID', 'events ID', { interval: '5s', stats: undefined }],
  ['go-runc', 'run --no-pivot --no-new-keyring --bundle B ID', 'run ID', { 'no-pivot': true, 'no-new-keyring': true }],
];

describe('the lines of clients', () => {
  for (const [client, line, verb, options = {}, global = {}] of lines) {
    it(`${client}: ${line}`, () => {
      const parsed = parseCommandLine(line.split(' '));
      if (parsed.kind !== 'run') throw new Error(parsed.kind);
      const { invocation, command } = parsed;
      expect([command.name, ...invocation.positionals].join(' ')).to.equal(verb);
      expect(invocation.rest).to.deep.equal([]);
      for (const [name, value] of Object.entries(options)) expect(invocation.options[name], name).to.equal(value);
      expect(invocation.global).to.deep.include(global);
    });
  }

  it('--version, which Podman and Docker ask for', () => {
    expect(parseCommandLine(['--version'])).to.deep.equal({ kind: 'version' });
  });
});
