import { closeSync, mkdirSync, mkdtempSync, openSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buf, format, reg, sys } from '@standpipe/program';
import { PR } from '@standpipe/syscalls';
import { leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type NamespaceKind, namespaceFacts, namespaceKinds, namespacesOf, type NamespacesInput } from '../src/index.js';
import { holdNamespaces } from './holder.js';
import { asOrdinaryUser, ordinaryUser, runCommand, withOps } from './run-command.js';

const map = (hostID: number, size = 1): NamespacesInput => ({
  uidMappings: [{ containerID: 0, hostID, size }],
  gidMappings: [{ containerID: 0, hostID, size }],
});
const made = (...kinds: NamespaceKind[]): NamespacesInput => ({ namespaces: kinds.map((type) => ({ type })) });

/** A script that prints which namespaces it is in. */
const look = `for kind in ${namespaceKinds.map((kind) => namespaceFacts[kind].file).join(' ')}; do readlink /proc/self/ns/$kind; done`;
/** Its output, by kind. */
function looked(stdout: string): Record<string, number> {
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line, i) => [String(namespaceKinds[i]), Number(/\d+/.exec(line)?.[0])]),
  );
}

describe('namespaces on Linux', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'unshare');
    needs(this, 'setpriv');
  });
  leaveNothing({ ignore: ['state'] });

  describe('new ones', () => {
    it('are all other than those of the host', async () => {
      const { code, stdout, stderr } = await runCommand(look, { ...made(...namespaceKinds), ...map(0) });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const [ours, theirs] = [namespacesOf('self'), looked(stdout)];
      for (const kind of namespaceKinds) expect(theirs[kind], kind).to.be.greaterThan(1).and.not.equal(ours[kind]);
    });

    it('are for ordinary users, too', async () => {
      const { code, stdout, stderr } = await runCommand(look, { ...made(...namespaceKinds), ...map(1000), rootless: ordinaryUser });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const [ours, theirs] = [namespacesOf('self'), looked(stdout)];
      for (const kind of namespaceKinds) expect(theirs[kind], kind).to.be.greaterThan(1).and.not.equal(ours[kind]);
    });

    for (const kind of namespaceKinds.filter((name) => name !== 'user')) {
      it(`are only what was asked for: ${kind}`, async () => {
        const { code, stdout } = await runCommand(look, made(kind));
        expect(code).to.equal(0);
        const theirs = looked(stdout);
        for (const [other, inode] of Object.entries(namespacesOf('self'))) expect(theirs[other] === inode, other).to.equal(other !== kind);
      });
    }

    it('have the command as the first process of its pid namespace', async () => {
      const { stdout } = await runCommand('echo $$', made('pid'));
      expect(stdout).to.equal('1\n');
    });

    it('end with the first process of the pid namespace', async () => {
      const { code, stdout } = await runCommand('(sleep 1000 & echo started) ; exit 5', made('pid'));
      expect({ code, stdout }).to.deep.equal({ code: 5, stdout: 'started\n' }); // and leaveNothing finds no sleep
    });

    it('of the network have their loopback device up, for root and for ordinary users', async () => {
      const script = 'grep -q 127.0.0.1 /proc/self/net/fib_trie && echo up';
      for (const input of [made('network'), { ...made('user', 'network'), ...map(1000), rootless: ordinaryUser }]) {
        expect(await runCommand(script, input)).to.include({ code: 0, stdout: 'up\n' });
      }
    });

    it('give the command no fd but its standard streams', async () => {
      using holder = await holdNamespaces(['user', 'network', 'pid']);
      const joined = (['user', 'network', 'pid'] as const).map((type) => ({ type, path: holder.path(type) }));
      for (const input of [{ ...made('user', 'pid', 'cgroup'), ...map(0) }, { namespaces: joined }]) {
        const { stdout } = await runCommand('ls /proc/self/fd', input);
        // ls has the directory open as well.
        expect(stdout.trim().split('\n')).to.deep.equal(['0', '1', '2', '3']);
      }
    });
  });

  describe('joined ones', () => {
    for (const kind of namespaceKinds) {
      it(`are those of the path: ${kind}`, async () => {
        using holder = await holdNamespaces([kind]);
        const { code, stdout, stderr } = await runCommand(look, { namespaces: [{ type: kind, path: holder.path(kind) }] });
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expect(looked(stdout)).to.deep.equal({ ...namespacesOf('self'), [kind]: namespacesOf(holder.pid)[kind] });
      });
    }

    it('may be all eight', async () => {
      using holder = await holdNamespaces(namespaceKinds);
      const { code, stdout, stderr } = await runCommand(look, {
        namespaces: namespaceKinds.map((type) => ({ type, path: holder.path(type) })),
      });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(looked(stdout)).to.deep.equal({ ...namespacesOf(holder.pid) });
    });

    it('may be all eight for the ordinary user who made them', async () => {
      using holder = await holdNamespaces(namespaceKinds, asOrdinaryUser);
      const input = { namespaces: namespaceKinds.map((type) => ({ type, path: holder.path(type) })), rootless: ordinaryUser };
      const { code, stdout, stderr } = await runCommand(`${look}; id -u >&2`, input);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '0\n' });
      expect(looked(stdout)).to.deep.equal({ ...namespacesOf(holder.pid) });
    });

    it('mix with new ones: user and network joined, the others new and owned by the joined user namespace', async () => {
      using holder = await holdNamespaces(['user', 'network']);
      const joined = (['user', 'network'] as const).map((type) => ({ type, path: holder.path(type) }));
      const input = { namespaces: [...joined, { type: 'uts' }, { type: 'pid' }, { type: 'cgroup' }] };
      const { code, stdout, stderr } = await runCommand(`${look}; hostname theirs`, input);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const [ours, theirs, held] = [namespacesOf('self'), looked(stdout), namespacesOf(holder.pid)];
      expect({ user: theirs['user'], network: theirs['network'] }).to.deep.equal({ user: held.user, network: held.network });
      for (const kind of ['uts', 'pid', 'cgroup'] as const) expect(theirs[kind], kind).not.to.equal(ours[kind]);
      for (const kind of ['mount', 'ipc', 'time'] as const) expect(theirs[kind], kind).to.equal(ours[kind]);
    });

    it('may belong to the host while the user namespace is new', async () => {
      using holder = await holdNamespaces(['network', 'pid']);
      const joined = (['network', 'pid'] as const).map((type) => ({ type, path: holder.path(type) }));
      const { code, stdout, stderr } = await runCommand(look, { namespaces: [{ type: 'user' }, ...joined], ...map(100_000, 10) });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      const [ours, theirs, held] = [namespacesOf('self'), looked(stdout), namespacesOf(holder.pid)];
      expect({ network: theirs['network'], pid: theirs['pid'] }).to.deep.equal({ network: held.network, pid: held.pid });
      expect(theirs['user']).not.to.equal(ours.user);
    });

    it('find the process closed to ptrace, so that nobody in there can take over what it still holds', async () => {
      using holder = await holdNamespaces(['user', 'network', 'pid']);
      const path = (type: 'user' | 'network' | 'pid'): { type: string; path: string } => ({ type, path: holder.path(type) });
      const inputs = [
        { namespaces: [path('network')] },
        { namespaces: [path('user'), path('pid')] },
        { namespaces: [{ type: 'user' }, path('network')], ...map(0) },
      ];
      for (const input of inputs) {
        const [dumpable, length, text] = [reg('dumpable'), reg('length'), buf('text', 16)];
        const print = [
          sys('prctl', [PR.GET_DUMPABLE, 0, 0, 0, 0], { to: dumpable }),
          format(text, ['dumpable ', dumpable], length),
          sys('write', [1, text, length]),
        ];
        const { stdout } = await runCommand('', input, {
          change: (program) => withOps(program, 'container', (ops) => [...ops.slice(0, -2), ...print, ...ops.slice(-2)]),
        });
        expect(stdout).to.equal('dumpable 0');
      }
    });

    it('are left again by the host half, which only steps in for the clone', async () => {
      using holder = await holdNamespaces(['pid']);
      // The shell's parent is the host half.
      const script = 'read -r _ _ _ init _ < /proc/self/stat; readlink /proc/$init/ns/pid_for_children';
      const { stdout, stderr } = await runCommand(script, { namespaces: [{ type: 'pid', path: holder.path('pid') }] });
      expect({ stdout, stderr }).to.deep.equal({ stdout: `${readlinkSync('/proc/self/ns/pid')}\n`, stderr: '' });
    });
  });

  describe('paths', () => {
    let dir: string;
    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'standpipe-namespaces-'));
    });
    after(() => {
      rmSync(dir, { recursive: true });
    });

    it('that are no namespace of the kind are refused, whatever they are', async () => {
      const file = join(dir, 'file');
      writeFileSync(file, '');
      mkdirSync(join(dir, 'directory'));
      symlinkSync('loop', join(dir, 'loop'));
      await run('mkfifo', [join(dir, 'fifo')]);
      const own = '/proc/self/ns';
      const wrong: [path: string, error: string][] = [
        [file, `"${file}" is not a network namespace\n`],
        [join(dir, 'directory'), `"${join(dir, 'directory')}" is not a network namespace\n`],
        [join(dir, 'fifo'), `"${join(dir, 'fifo')}" is not a network namespace\n`],
        ['/dev/null', '"/dev/null" is not a network namespace\n'],
        [`${own}/uts`, `"${own}/uts" is not a network namespace\n`],
        [join(dir, 'missing'), `open the network namespace "${join(dir, 'missing')}": no such file or directory\n`],
        [join(dir, 'loop'), `open the network namespace "${join(dir, 'loop')}": too many levels of symbolic links\n`],
      ];
      for (const [path, error] of wrong) {
        const { code, stdout, stderr } = await runCommand('echo ran', { namespaces: [{ type: 'network', path }] });
        expect({ code, stdout, stderr }).to.deep.equal({ code: 125, stdout: '', stderr: error });
      }
    });

    it('may be links and binds', async () => {
      using holder = await holdNamespaces(['uts']);
      symlinkSync(holder.path('uts'), join(dir, 'link'));
      const { code, stdout } = await runCommand('readlink /proc/self/ns/uts', { namespaces: [{ type: 'uts', path: join(dir, 'link') }] });
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `uts:[${String(namespacesOf(holder.pid).uts)}]\n` });
    });

    it('to the own user namespace say so', async () => {
      const { code, stderr } = await runCommand('', { namespaces: [{ type: 'user', path: '/proc/self/ns/user' }] });
      expect({ code, stderr }).to.deep.equal({
        code: 125,
        stderr: 'join the user namespace "/proc/self/ns/user" (we are in it already): invalid argument\n',
      });
    });

    it('to a pid namespace whose first process has ended say so', async () => {
      const holder = await holdNamespaces(['pid']);
      const fd = openSync(holder.path('pid'), 'r');
      holder[Symbol.dispose]();
      await new Promise((resolve) => setTimeout(resolve, 50));
      try {
        const path = `/proc/${String(process.pid)}/fd/${String(fd)}`;
        const { code, stderr } = await runCommand('', { namespaces: [{ type: 'pid', path }] });
        expect({ code, stderr }).to.deep.equal({
          code: 125,
          stderr: "make the container's process (the first process of the pid namespace has ended): cannot allocate memory\n",
        });
      } finally {
        closeSync(fd);
      }
    });
  });

  describe('id mappings', () => {
    const show = 'cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups | tr -s " "; id';

    it('are written by root as they are given, and root inside has no groups of outside', async () => {
      const input: NamespacesInput = {
        ...made('user'),
        uidMappings: [
          { containerID: 0, hostID: 100_000, size: 1000 },
          { containerID: 5000, hostID: 1000, size: 1 },
        ],
        gidMappings: [{ containerID: 0, hostID: 200_000, size: 10 }],
      };
      const { stdout } = await runCommand(show, input, { wrapper: ['setpriv', '--groups=0,4,24', '--'] });
      expect(stdout).to.equal(' 0 100000 1000\n 5000 1000 1\n 0 200000 10\nallow\nuid=0(root) gid=0(root) groups=0(root)\n');
    });

    it("are an ordinary user's own ids without help, and then setgroups is denied", async () => {
      const { stdout } = await runCommand(show, { ...made('user'), ...map(1000), rootless: { euid: 1000, egid: 1000 } });
      expect(stdout).to.equal(' 0 1000 1\n 0 1000 1\ndeny\nuid=0(root) gid=0(root) groups=0(root)\n');
    });

    it('may be the ids themselves, without a root', async () => {
      const own = [{ containerID: 1000, hostID: 1000, size: 1 }];
      const { stdout } = await runCommand('id -u; id -g', { ...made('user'), uidMappings: own, gidMappings: own, rootless: ordinaryUser });
      expect(stdout).to.equal('1000\n1000\n');
    });

    describe('of ranges, for an ordinary user', () => {
      let dir: string;
      before(function () {
        needs(this, 'newuidmap');
        dir = mkdtempSync(join(tmpdir(), 'standpipe-subids-'));
        writeFileSync(join(dir, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/:/bin/sh\n');
      });
      after(() => {
        rmSync(dir, { recursive: true });
      });

      /** The user has these ranges in a mount namespace of the test alone. */
      function withRanges(subuid: string, subgid = subuid): string[] {
        writeFileSync(join(dir, 'subuid'), subuid);
        writeFileSync(join(dir, 'subgid'), subgid);
        const binds = ['passwd', 'subuid', 'subgid'].map((name) => `mount --bind ${dir}/${name} /etc/${name}`).join(' && ');
        return ['unshare', '--mount', 'sh', '-c', `${binds} && exec "$@"`, 'sh', ...asOrdinaryUser];
      }
      const ranges = {
        ...made('user', 'pid'),
        uidMappings: [
          { containerID: 0, hostID: 1000, size: 1 },
          { containerID: 1, hostID: 100_000, size: 65_536 },
        ],
        gidMappings: [
          { containerID: 0, hostID: 1000, size: 1 },
          { containerID: 1, hostID: 200_000, size: 10 },
        ],
        rootless: ordinaryUser,
      };

      it('are written by newuidmap and newgidmap', async () => {
        const { code, stdout, stderr } = await runCommand(show, ranges, {
          wrapper: withRanges('ada:100000:65536\n', '1000:200000:65536\n'),
        });
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expect(stdout).to.match(/^ 0 1000 1\n 1 100000 65536\n 0 1000 1\n 1 200000 10\nallow\nuid=0/);
      });

      it('that /etc/subuid does not give are refused, by name', async () => {
        const { code, stdout, stderr } = await runCommand(show, ranges, { wrapper: withRanges('ada:100000:65535\n', 'ada:200000:10\n') });
        expect({ code, stdout }).to.deep.equal({ code: 125, stdout: '' });
        const [theirs, ours] = stderr.split('\n');
        expect(theirs).to.match(/^newuidmap: .*100000/);
        expect(ours).to.match(/newuidmap refused the map "0 1000 1, 1 100000 65536": \/etc\/subuid must give you these ids$/);
      });

      it('say which helper could not be run, and why', async () => {
        const gone = { ...ordinaryUser, newgidmap: '/nowhere/newgidmap' };
        const { code, stderr } = await runCommand(show, { ...ranges, rootless: gone }, { wrapper: withRanges('ada:100000:65536\n') });
        expect({ code, stderr }).to.deep.equal({ code: 125, stderr: 'run /nowhere/newgidmap: no such file or directory\n' });
      });
    });

    it('that the kernel refuses are an error', async () => {
      const { code, stdout, stderr } = await runCommand(
        '',
        { ...made('user'), ...map(7), setgroupsDenied: true },
        { wrapper: ['unshare', '-Ur'] },
      );
      expect({ code, stdout, stderr }).to.deep.equal({
        code: 125,
        stdout: '',
        stderr: 'write the gid map "0 7 1": operation not permitted\n',
      });
    });

    it('may be nested where setgroups is denied, which is then not called', async () => {
      const nested = { ...made('user'), ...map(0) };
      const { code, stdout } = await runCommand('id -u', { ...nested, setgroupsDenied: true }, { wrapper: ['unshare', '-Ur'] });
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '0\n' });
      const { stderr } = await runCommand('id -u', nested, { wrapper: ['unshare', '-Ur'] });
      expect(stderr).to.equal('drop the supplementary groups in the new user namespace: operation not permitted\n');
    });
  });

  describe('time offsets', () => {
    const offsets = { timeOffsets: { boottime: { secs: 1_000_000, nanosecs: 500 }, monotonic: { secs: 2_000_000 } } };
    const uptime = 'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets | tr -s " "';

    const ways: [name: string, input: Parameters<typeof runCommand>[1]][] = [
      ['as root', made('time')],
      ['with a user namespace', { ...made('time', 'user', 'pid'), ...map(0) }],
      ['as an ordinary user', { ...made('user', 'time', 'mount'), ...map(1000), rootless: ordinaryUser }],
    ];
    for (const [name, input] of ways) {
      it(`are seen inside: ${name}`, async () => {
        const { code, stdout, stderr } = await runCommand(uptime, { ...input, ...offsets });
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        const [seconds, ...clocks] = stdout.trim().split('\n');
        expect(Number(seconds)).to.be.within(1_000_000, 1_000_000 + 100_000_000);
        expect(clocks).to.deep.equal(['monotonic 2000000 0', 'boottime 1000000 500']);
      });
    }

    it('are set in a joined user namespace', async () => {
      for (const [wrapper, rootless] of [
        [[], undefined],
        [asOrdinaryUser, ordinaryUser],
      ] as const) {
        using holder = await holdNamespaces(['user'], wrapper);
        const { code, stdout, stderr } = await runCommand(uptime, {
          namespaces: [{ type: 'user', path: holder.path('user') }, { type: 'time' }],
          ...offsets,
          rootless,
        });
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expect(stdout).to.include('monotonic 2000000 0\nboottime 1000000 500\n');
      }
    });

    it('that the kernel refuses are an error', async () => {
      const { code, stderr } = await runCommand('', { ...made('time'), timeOffsets: { monotonic: { secs: -1_000_000_000 } } });
      expect({ code, stderr }).to.deep.equal({
        code: 125,
        stderr: 'set the clocks of the new time namespace: monotonic -1000000000 0: numerical result out of range\n',
      });
    });
  });

  describe('limits', () => {
    const limited = (kind: string): string[] => [
      'unshare',
      '-Ur',
      'sh',
      '-c',
      `echo 0 > /proc/sys/user/max_${kind}_namespaces && exec "$@"`,
      'sh',
    ];

    it('of the kernel are named, for no disk is full', async () => {
      for (const [kind, input, what] of [
        ['net', made('network'), "make the container's process in a new network namespace"],
        ['user', { ...made('user'), ...map(0) }, "make the container's process in a new user namespace"],
        ['cgroup', made('cgroup'), 'make a new cgroup namespace'],
      ] as const) {
        const { code, stderr } = await runCommand('', { ...input, setgroupsDenied: true }, { wrapper: limited(kind) });
        expect({ code, stderr }).to.deep.equal({
          code: 125,
          stderr: `${what} (a limit in /proc/sys/user is reached, or they are nested too deep): no space left on device\n`,
        });
      }
    });

    it('of the user are told of', async () => {
      const { code, stderr } = await runCommand('', made('uts'), { wrapper: asOrdinaryUser });
      expect({ code, stderr }).to.deep.equal({
        code: 125,
        stderr:
          "make the container's process in a new uts namespace (it takes root, or a new user namespace with them): operation not permitted\n",
      });
    });
  });
});
