import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asOrdinaryUser, leaveNothing, needs, needsRoot, type Ran, run, type RunOptions } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';

const standpipe = fileURLToPath(new URL('../../bin/standpipe.cjs', import.meta.url));

type Sandbox = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

const asRoot: Sandbox = (args, options) => run(process.execPath, [standpipe, 'sandbox', ...args], options);
const asUser: Sandbox = (args, options = {}) => {
  const [command, words] = asOrdinaryUser(process.execPath, [standpipe, 'sandbox', ...args]);
  return run(command, words, { ...options, env: { PATH: process.env['PATH'], ...options.env } });
};

const numbers = process.arch === 'arm64' ? { mount: 40, umount2: 39 } : { mount: 165, umount2: 166 };

/** A system call by perl, since umount(8) asks who it is first; prints the result. A root that lacks CAP_SETFCAP can't map itself. */
function nested(name: keyof typeof numbers, ...args: readonly string[]): string {
  const perl = 'my ($nr, @args) = map { /^[0-9]+$/ ? $_ + 0 : "$_" } @ARGV; print syscall($nr, @args), " $!\\n"';
  return `unshare -Um --keep-caps perl -e '${perl}' ${numbers[name]} ${args.join(' ')}`;
}

describe('standpipe sandbox', () => {
  let folder: string;

  before(function () {
    needsRoot(this);
    needs(this, 'setpriv');
    needs(this, 'perl');
  });
  leaveNothing();
  // Of uid 1000, among folders of root, and not below /tmp: so as much is asked of it as can be.
  beforeEach(() => {
    folder = mkdtempSync('/var/lib/standpipe-sandbox-');
    chmodSync(folder, 0o755);
    chownSync(folder, 1000, 1000);
    writeFileSync(join(folder, 'file'), 'outside\n');
    chownSync(join(folder, 'file'), 1000, 1000);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const fileOutside = (): string => readFileSync(join(folder, 'file'), 'utf8');

  for (const [who, sandbox, uid] of [
    ['root', asRoot, 0],
    ['an ordinary user', asUser, 1000],
  ] as const) {
    describe(`as ${who}`, () => {
      /** Standard output and error of a shell inside, in one. */
      const inside = async (script: string, args: readonly string[] = [], options: RunOptions = {}): Promise<string> => {
        const { stdout } = await sandbox([...args, '--', 'sh', '-c', `exec 2>&1; ${script}`], { cwd: folder, ...options });
        return stdout;
      };

      beforeEach(() => {
        for (const path of [folder, join(folder, 'file')]) chownSync(path, uid, uid);
      });

      it('is the same user in the same directory, with no privilege', async () => {
        expect(
          await inside(`id -u; id -g; pwd; hostname; umask; grep -E "^(Cap...|NoNewPrivs|Groups):" /proc/self/status | tr -d "\\t "`),
        ).to.equal(
          [
            uid,
            uid,
            folder,
            'sandbox',
            '0022',
            'Groups:',
            ...['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => `Cap${set}:0000000000000000`),
            'NoNewPrivs:1',
            '',
          ].join('\n'),
        );
      });

      it('lets all be written, and keeps nothing', async () => {
        expect(await inside('echo inside > file; cat file; mkdir new; rm file; ls')).to.equal('inside\nnew\n');
        expect(fileOutside()).to.equal('outside\n');
        expect(existsSync(join(folder, 'new'))).to.equal(false);
      });

      it('keeps what is written below --rw', async () => {
        mkdirSync(join(folder, 'kept'));
        chownSync(join(folder, 'kept'), uid, uid);
        expect(await inside('echo inside > kept/file; echo inside > file', ['--rw', 'kept'])).to.equal('');
        expect(readFileSync(join(folder, 'kept/file'), 'utf8')).to.equal('inside\n');
        expect(statSync(join(folder, 'kept/file')).uid).to.equal(uid);
        expect(fileOutside()).to.equal('outside\n');
      });

      it('has temporary folders, /run and /dev of its own', async () => {
        using _ = temporary('/tmp/standpipe-outside', 'outside');
        expect(await inside('ls -A /tmp /var/tmp /run; echo x > /tmp/x; echo x > /var/tmp/x; cat /tmp/x; ls /dev | grep -v core')).to.equal(
          '/run:\n\n/tmp:\n\n/var/tmp:\nx\nfd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n',
        );
        expect(existsSync('/var/tmp/x')).to.equal(false);
      });

      it('shows a working directory below /tmp, read-only', async () => {
        const cwd = mkdtempSync(join(tmpdir(), 'standpipe-cwd-'));
        chmodSync(cwd, 0o777);
        using _ = temporary(join(cwd, 'file'), 'outside\n');
        try {
          expect(await inside('pwd; cat file; echo x > new || echo refused', [], { cwd })).to.match(
            /^\S+\noutside\n.*Read-only file system\nrefused\n$/,
          );
          expect(await inside('echo x > new', ['--rw', cwd], { cwd })).to.equal('');
          expect(readFileSync(join(cwd, 'new'), 'utf8')).to.equal('x\n');
        } finally {
          rmSync(cwd, { recursive: true });
        }
      });

      it('sees no other process and no message queue or shared memory', async function () {
        needs(this, 'ps');
        expect(await inside('ps -e -o pid=,comm= > /tmp/ps; cat /tmp/ps; wc -l < /proc/sysvipc/shm')).to.match(
          /^\s*1 standpipe-init\n\s*2 sh\n\s*3 ps\n1\n$/,
        );
      });

      it('reaps what its command leaves', async () => {
        expect(await inside('(sleep 0.01 &); sleep 0.3; grep -l "^State:.Z" /proc/[0-9]*/status; echo none')).to.match(
          /^(grep: .*\n)*none\n$/,
        );
      });

      it('has loopback alone, or with --net the network of the host', async () => {
        const here = readFileSync('/proc/net/dev', 'utf8')
          .match(/^\s*\S+:/gm)
          ?.map((name) => name.trim());
        const script = 'ls /sys/class/net; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; cat /sys/class/net/lo/flags';
        expect(await inside(script)).to.equal('lo\nlo\n0x9\n');
        const shared = await inside('tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "', ['--net']);
        expect(
          shared
            .trim()
            .split('\n')
            .map((name) => `${name}:`),
        ).to.deep.equal(here);
      });

      it('passes on what a user is used to, and what is asked for, of the environment', async () => {
        const env = {
          PATH: process.env['PATH'],
          LANG: 'C',
          LC_TIME: 'C',
          HOME: folder,
          TOKEN: 'secret',
          SSH_AUTH_SOCK: '/tmp/ssh',
          KEPT: 'kept',
          http_proxy: 'http://localhost',
        };
        const show = 'env | grep -vE "^(PATH|PWD|OLDPWD|SHLVL|_)=" | sort';
        const usual = ['HOME', 'LANG', 'LC_TIME', 'container'];
        const names = (text: string): string[] =>
          text
            .trim()
            .split('\n')
            .map((line) => line.split('=')[0] ?? '')
            .sort();
        expect(names(await inside(show, [], { env }))).to.deep.equal(usual);
        expect(names(await inside(show, ['--net', '-e', 'KEPT', '-e', 'ABSENT', '--env', 'A=b=c'], { env }))).to.deep.equal(
          ['A', ...usual.slice(0, 1), 'KEPT', ...usual.slice(1), 'http_proxy'].sort(),
        );
        expect(await inside('echo $A', ['-e', 'A=b=c'], { env })).to.equal('b=c\n');
      });

      it("exits with the command's code, or as env(1) does", async () => {
        const codeOf = async (...command: string[]): Promise<number | null> => (await sandbox(['--', ...command])).code;
        expect(await codeOf('sh', '-c', 'exit 7')).to.equal(7);
        expect(await codeOf('sh', '-c', 'kill -9 $$')).to.equal(137);
        expect(await codeOf('no-such-command')).to.equal(127);
        expect(await codeOf('/etc')).to.equal(126);
        expect((await sandbox(['--cwd', '/no/such', '--', 'true'])).code).to.equal(125);
      });

      it('reads standard input to its end', async () => {
        expect((await sandbox(['--', 'cat'], { input: 'input' })).stdout).to.equal('input');
      });

      it('runs in the user namespace of nobody else, and none at all as root', async () => {
        const map = (await inside('cat /proc/self/uid_map')).trim().split(/\s+/).map(Number);
        expect(map).to.deep.equal(uid === 0 ? [0, 0, 4294967295] : [1000, 1000, 1]);
      });

      it('is ended by a signal that its command has no handler for', async () => {
        const { code } = await run('timeout', ['--signal=TERM', '--preserve-status', '2', ...command(who, ['--', 'sleep', '60'])]);
        expect(code).to.equal(143);
      });

      it('has a terminal of its own when there is one, and Ctrl-C ends the command', async function () {
        needs(this, 'script');
        const shell = `trap 'echo interrupted; exit 3' INT; tty; test -t 2 && echo ready; while :; do sleep 0.1; done`;
        const { code, stdout } = await answer('script', ['-qec', command(who, ['--', 'sh', '-c', `"${shell}"`]).join(' '), '/dev/null'], {
          ready: '\u0003',
        });
        expect(stdout).to.match(/^\/dev\/pts\/0\r\nready\r\n\^Cinterrupted\r\n$/);
        expect(code).to.equal(3);
        expect(
          (
            await answer('script', ['-qec', command(who, ['--', 'sh', '-c', '"echo ready; exec sleep 60"']).join(' '), '/dev/null'], {
              ready: '\u0003',
            })
          ).code,
        ).to.equal(130);
      });

      describe('holds out when', () => {
        const attacks: [what: string, script: string, expected: RegExp][] = [
          [
            'overlays are unmounted',
            'for at in /usr /etc /var /proc/sys /; do umount -l $at && echo DONE; done; ls -d /usr/bin',
            /^(?!.*DONE)[^]*\/usr\/bin\n$/,
          ],
          [
            'overlays are unmounted with all capabilities of a nested namespace',
            `for at in /usr /etc /var /proc/sys /; do ${nested('umount2', '"$at"', '2')}; done`,
            /^(-1 Invalid argument\n){5}$/,
          ],
          [
            'a nested namespace makes mounts writable',
            `for at in /sys /proc/sys; do ${nested('mount', '"none"', '"$at"', '""', '4128', '0')}; done`,
            /^(-1 Operation not permitted\n){2}$/,
          ],
          [
            'something is mounted',
            'mount --bind / /mnt && echo DONE; mount -t tmpfs t /mnt && echo DONE; echo end',
            /^(?!.*DONE)[^]*end\n$/,
          ],
          [
            'a device is made',
            'mknod /tmp/disk b 254 0 && echo DONE; ls -l /dev | grep "^b" && echo DONE; echo end',
            /^(?!.*DONE)[^]*end\n$/,
          ],
          [
            'the kernel is told things',
            'for at in sysrq-trigger sys/kernel/core_pattern sys/kernel/hostname self/oom_score_adj; do echo -1000 > /proc/$at && echo DONE; done; echo end',
            /^(?!.*DONE)[^]*end\n$/,
          ],
          [
            'the way out is looked for',
            'mkdir /mark; cd /; ls -d ../../mark /proc/1/root/mark /proc/self/root/mark /proc/self/cwd/../mark',
            /^\.\.\/\.\.\/mark\n\/proc\/1\/root\/mark\n\/proc\/self\/cwd\/\.\.\/mark\n\/proc\/self\/root\/mark\n$/,
          ],
          [
            'file descriptors are looked for',
            'for pid in 1 self; do ls -l /proc/$pid/fd | grep -vE " (pipe:|/dev/null|anon_inode:\\[?pidfd|/proc/[0-9]+/fd$|socket:)" | grep -v ^total; done; echo end',
            /^end\n$/,
          ],
          [
            'the host is changed root for',
            'chroot /proc/1/root true && echo DONE; nsenter --target 1 --mount true && echo DONE; echo end',
            /^(?!.*DONE)[^]*end\n$/,
          ],
        ];
        for (const [what, script, expected] of attacks) {
          it(what, async () => {
            expect(await inside(script)).to.match(expected);
          });
        }

        it('a file of somebody else is asked for', async () => {
          const secret = join(folder, 'secret');
          writeFileSync(secret, 'secret', { mode: 0o600 });
          chownSync(secret, 1234, 1234);
          expect(await inside(`cat ${secret} || echo x > ${secret} || chmod 777 ${secret} || chown ${uid} ${secret}`)).to.match(
            /^(.*(denied|not permitted|defined data type)\n){4}$/,
          );
        });

        it('a socket of the host is asked for', async () => {
          const paths = ['/run/standpipe-test.sock', '/tmp/standpipe-test.sock', join(folder, 'socket')];
          const script =
            'const [,...paths] = process.argv; for (const path of paths) require("net").connect(path).on("connect", () => console.log("DONE", path)).on("error", ({ code }) => console.log(code));';
          using _ = new Servers(paths);
          await new Promise((resolve) => setTimeout(resolve, 50));
          for (const path of paths) chmodSync(path, 0o777);
          const { stdout } = await sandbox(['--', process.execPath, '-e', script, ...paths]);
          // What lies on an overlay is another file.
          expect(stdout.trim().split('\n').sort()).to.deep.equal(['ECONNREFUSED', 'ENOENT', 'ENOENT']);
          const { stdout: let_in } = await sandbox([
            '--rw',
            '/run/standpipe-test.sock',
            '--',
            process.execPath,
            '-e',
            script,
            '/run/standpipe-test.sock',
          ]);
          expect(let_in).to.equal('DONE /run/standpipe-test.sock\n');
        });
      });
    });
  }

  it('lets an ordinary user be root inside, and no more than before outside', async () => {
    mkdirSync(join(folder, 'kept'));
    chownSync(join(folder, 'kept'), 1000, 1000);
    const { stdout } = await asUser(
      [
        '--as-root',
        '--rw',
        join(folder, 'kept'),
        '--',
        'sh',
        '-c',
        'id -u; echo inside > file; touch kept/file; cat /etc/shadow 2>&1 || true',
      ],
      { cwd: folder },
    );
    expect(stdout).to.match(/^0\n.*denied\n$/);
    expect(statSync(join(folder, 'kept/file')).uid).to.equal(1000);
    expect(fileOutside()).to.equal('outside\n');
  });

  it('gives the capabilities that are asked for', async () => {
    for (const [sandbox, args] of [
      [asRoot, []],
      [asUser, []],
      [asUser, ['--as-root']],
    ] as const) {
      const { stdout } = await sandbox([
        ...args,
        '--cap-add',
        'chown,CAP_KILL',
        '--cap-add',
        'net_raw',
        '--',
        'grep',
        '-E',
        '^Cap(Eff|Bnd)',
        '/proc/self/status',
      ]);
      expect(stdout).to.equal('CapEff:\t0000000000002021\nCapBnd:\t0000000000002021\n');
    }
  });

  it('refuses what it can not keep, with the reason', async () => {
    const refused = async (...args: string[]): Promise<string> => (await asRoot(args, { cwd: folder })).stderr;
    expect(await refused('--rw', 'no/such', '--', 'true')).to.contain('"no/such" can\'t be written to in the sandbox');
    expect(await refused('--rw', '/', '--', 'true')).to.contain('a sandbox that may write to "/" is none');
    expect(await refused('--cwd', '/no/such', '--', 'true')).to.contain('there is no directory "/no/such"');
    using _ = temporary('/run/standpipe-cwd');
    expect(await refused('--cwd', '/run/standpipe-cwd', '--', 'true')).to.contain('not in the sandbox, which has a /run of its own');
    expect(await refused('-e', '=x', '--', 'true')).to.contain('/process/env');
  });

  it('ends with the process that started it', async () => {
    const duration = String(100_000 + process.pid);
    const running = (): boolean => readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && commandLine(pid) === `sleep ${duration}`);
    const until = async (there: boolean): Promise<void> => {
      for (const deadline = Date.now() + 10_000; running() !== there && Date.now() < deadline;)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(running()).to.equal(there);
    };
    const sandbox = spawn(process.execPath, [standpipe, 'sandbox', '--', 'sh', '-c', `sleep ${duration} & wait`], { stdio: 'ignore' });
    try {
      await until(true);
    } finally {
      sandbox.kill('SIGKILL');
    }
    await until(false);
  });

  it('prints a config.json that the assembly "sandbox" runs', async () => {
    const { stdout: config } = await asRoot(['--print-config', '--', 'sh', '-c', 'echo $PPID; pwd'], { cwd: folder });
    writeFileSync(join(folder, 'config.json'), config);
    const { stdout } = await run(process.execPath, [standpipe, '--assembly', 'sandbox', 'run', '--bundle', folder, 'printed']);
    expect(stdout).to.equal(`1\n${folder}\n`);
  });
});

/** Runs a command, and types an answer when it prints a word. */
async function answer(
  file: string,
  args: readonly string[],
  answers: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const [word, typed] of Object.entries(answers)) if (text.includes(word)) child.stdin.write(typed);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout };
}

/** The words of a command line that runs a sandbox as that user. */
function command(who: string, args: readonly string[]): string[] {
  const words = [standpipe, 'sandbox', ...args];
  return who === 'root' ? [process.execPath, ...words] : asOrdinaryUser(process.execPath, words).flat();
}

/** Empty for a process that is gone. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
  } catch {
    return '';
  }
}

/** A file with that text, or a directory, that is gone at the end of the block. */
function temporary(path: string, text?: string): Disposable {
  if (text === undefined) mkdirSync(path);
  else writeFileSync(path, text);
  return { [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Listens at each of the paths. */
class Servers {
  readonly #servers: readonly ReturnType<typeof createServer>[];

  constructor(paths: readonly string[]) {
    this.#servers = paths.map((path) => createServer((socket) => socket.end()).listen(path));
  }

  [Symbol.dispose](): void {
    for (const server of this.#servers) server.close();
  }
}
