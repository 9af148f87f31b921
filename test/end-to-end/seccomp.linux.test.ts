import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dockerProfile, type SeccompProfile } from '@standpipe/seccomp';
import { bundle, type Bundle, leaveNothing, needs, needsRoot, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { until } from './detached.js';
import { waiting } from './exec-container.js';
import { type Config, shell, specOf } from './specs.js';
import { freshId, standpipe, standpipeAsUser, standpipePath } from './standpipe.js';

interface Under {
  readonly noNewPrivileges?: boolean;
  readonly uid?: number;
  readonly capabilities?: string[];
}

function under(profile: SeccompProfile, { noNewPrivileges = true, uid = 0, capabilities = [] }: Under = {}): (config: Config) => void {
  return (config) => {
    config.process!.noNewPrivileges = noNewPrivileges;
    config.process!.user = { uid, gid: uid };
    config.process!.capabilities = { bounding: capabilities, effective: capabilities, permitted: capabilities };
    config.linux = { ...config.linux, seccomp: profile as never };
  };
}

/** Creates a container, whose process keeps the streams that it is given. */
async function create(...words: string[]): Promise<number | null> {
  const child = spawn(process.execPath, [standpipePath, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  return (await once(child, 'exit'))[0] as number | null;
}

async function probeIn(made: Bundle, mode = 0o755): Promise<void> {
  const source = fileURLToPath(new URL('../../end-to-end/seccomp-probe.c', import.meta.url));
  const path = join(made.rootfs, 'bin/probe');
  expect(await run('cc', ['-O1', '-Wall', '-static', '-o', path, source])).to.deep.include({ code: 0, stderr: '' });
  chmodSync(path, mode);
}

const status = "grep -E '^(NoNewPrivs|Seccomp|Seccomp_filters):' /proc/self/status | tr -d '\\n\\t'";
const filtered = (noNewPrivileges: boolean): string => `NoNewPrivs:${noNewPrivileges ? '1' : '0'}Seccomp:2Seccomp_filters:1`;

describe('a container under seccomp', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  const cases: readonly (readonly [string, Under])[] = [
    ['root with no_new_privs', {}],
    ['root without', { noNewPrivileges: false }],
    ['root without, who keeps CAP_SYS_ADMIN', { noNewPrivileges: false, capabilities: ['CAP_SYS_ADMIN'] }],
    ['an ordinary user with no_new_privs', { uid: 1000 }],
    ['an ordinary user without', { noNewPrivileges: false, uid: 1000, capabilities: ['CAP_NET_RAW'] }],
  ];
  for (const [who, settings] of cases) {
    it(`is filtered: ${who}`, async () => {
      const change = under(dockerProfile({ capabilities: settings.capabilities }), settings);
      using made = bundle(shell(`${status}; pivot_root / /mnt`, change));
      const { stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect(stdout).to.equal(filtered(settings.noNewPrivileges ?? true));
      expect(stderr).to.match(/^pivot_root: .*Operation not permitted\n$/);
    });
  }

  it('is filtered where nothing is said of capabilities', async () => {
    using made = bundle(
      shell(status, (config) => {
        under(dockerProfile(), { noNewPrivileges: false, uid: 1000 })(config);
        delete config.process!.capabilities;
      }),
    );
    expect((await standpipe(['run', '--bundle', made.path, freshId()])).stdout).to.equal(filtered(false));
  });

  for (const noNewPrivileges of [true, false]) {
    it(`is filtered once created and started, ${noNewPrivileges ? 'with' : 'without'} no_new_privs`, async () => {
      using made = bundle(shell(`(${status}) > /tmp/status; echo up > /tmp/up`, under(dockerProfile(), { noNewPrivileges })));
      const id = freshId();
      const root = mkdtempSync(join(tmpdir(), 'standpipe-seccomp-'));
      try {
        expect(await create('--root', root, 'create', '--bundle', made.path, id)).to.equal(0);
        expect(await standpipe(['--root', root, 'start', id])).to.deep.include({ code: 0, stderr: '' });
        const read = (name: string): string => readFileSync(join(made.rootfs, 'tmp', name), 'utf8');
        await until(() => {
          try {
            return read('up') === 'up\n';
          } catch {
            return false;
          }
        }, 'the command runs');
        expect(read('status')).to.equal(filtered(noNewPrivileges));
      } finally {
        await standpipe(['--root', root, 'delete', '--force', id]);
        rmSync(root, { recursive: true });
      }
    });

    it(`filters what is executed in it, ${noNewPrivileges ? 'with' : 'without'} no_new_privs`, async () => {
      await using container = await waiting({ change: under(dockerProfile(), { noNewPrivileges }) });
      const { stdout, stderr } = await container.exec([], ['sh', '-c', `${status}; unshare -m true`]);
      expect(stdout).to.equal(filtered(noNewPrivileges));
      expect(stderr).to.include('Operation not permitted');
      const asUser = await container.exec(['--user', '1000:1000'], ['sh', '-c', status]);
      expect(asUser).to.deep.include({ code: 0, stdout: filtered(noNewPrivileges) });
    });
  }

  it('is filtered when an ordinary user runs it', async function () {
    const home = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    try {
      await run('chown', ['1000:1000', home]);
      using made = bundle(shell(status), { owner: { uid: 1000, gid: 1000 } });
      const spec = await standpipeAsUser(['spec', '--rootless', '--bundle', home], home);
      expect(spec.code).to.equal(0);
      const config = JSON.parse(readFileSync(join(home, 'config.json'), 'utf8')) as Config;
      config.process!.terminal = false;
      config.process!.args = ['/bin/sh', '-c', status];
      for (const noNewPrivileges of [true, false]) {
        config.process!.noNewPrivileges = noNewPrivileges;
        config.linux = { ...config.linux, seccomp: dockerProfile() as never };
        made.configure(config);
        const ran = await standpipeAsUser(['run', '--bundle', made.path, freshId()], home);
        expect(ran).to.deep.include({ code: 0, stdout: filtered(noNewPrivileges) });
      }
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('has nothing but execve to allow with no_new_privs', async () => {
    const profile: SeccompProfile = {
      defaultAction: 'SCMP_ACT_KILL_PROCESS',
      syscalls: [{ names: ['execve', 'exit_group', 'write', 'mseal'], action: 'SCMP_ACT_ALLOW' }],
    };
    using made = bundle(specOf(['/bin/probe'], under(profile)));
    // Without a C library there is hardly a program that small.
    const source = join(made.path, 'small.c');
    writeFileSync(
      source,
      'static long call(long n, long a, const void *b, long c) { long r; __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory"); return r; }\n' +
        'void _start(void) { call(1, 1, "small\\n", 6); call(39, 0, 0, 0); call(1, 1, "never\\n", 6); call(231, 0, 0, 0); }\n',
    );
    if (process.arch === 'x64') {
      expect((await run('cc', ['-O1', '-static', '-nostdlib', '-o', join(made.rootfs, 'bin/probe'), source])).code).to.equal(0);
      expect(await standpipe(['run', '--bundle', made.path, freshId()])).to.deep.include({ code: 128 + 31, stdout: 'small\n' });
    }
  });

  it('says before anything is made what its own set-up would not survive', async () => {
    const profile: SeccompProfile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['execve'], action: 'SCMP_ACT_ERRNO' }] };
    using made = bundle(shell('true', under(profile)));
    const { code, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect(code).to.equal(1);
    expect(stderr).to.include('the set-up still makes execve(2) once the filter is loaded, and there it fails with EPERM');
    expect(stderr).to.include('/linux/seccomp/syscalls/0');
  });

  it('fails where a filter may not be loaded', async () => {
    using made = bundle(shell('true', under(dockerProfile(), { noNewPrivileges: false })));
    const { code, stderr } = await run('setpriv', [
      '--bounding-set',
      '-sys_admin',
      '--inh-caps',
      '-sys_admin',
      process.execPath,
      standpipePath,
      'run',
      '--bundle',
      made.path,
      freshId(),
    ]);
    // It doesn't get as far as that, for CAP_SYS_ADMIN is needed before; but it never runs unfiltered.
    expect(code).not.to.equal(0);
    expect(stderr).not.to.equal('');
  });

  it('gives the listener to the agent, which then answers for the kernel', async function () {
    needs(this, 'python3');
    const profile: SeccompProfile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: '',
      listenerMetadata: 'say "hi"',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' }],
    };
    const directory = mkdtempSync(join(tmpdir(), 'standpipe-agent-'));
    const socket = join(directory, 'agent.sock');
    try {
      for (const hold of [false, true]) {
        const agent = spawn('python3', [fileURLToPath(new URL('../../end-to-end/seccomp-agent.py', import.meta.url)), socket], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const gone = once(agent, 'exit');
        let heard = '';
        agent.stdout.setEncoding('utf8').on('data', (text: string) => (heard += text));
        await until(() => heard.startsWith('listening\n'), 'the agent listens');
        using made = bundle(shell('mkdir /tmp/asked 2> /tmp/said; echo up > /tmp/up', under({ ...profile, listenerPath: socket })));
        const id = freshId();
        if (hold) {
          expect(await create('create', '--bundle', made.path, id)).to.equal(0);
          expect(await standpipe(['start', id])).to.deep.include({ code: 0, stderr: '' });
        } else expect(await standpipe(['run', '--bundle', made.path, id])).to.deep.include({ code: 0, stderr: '' });
        await gone;
        await standpipe(['delete', '--force', id]);
        const [, state = '', call] = heard.split('\n');
        const told = JSON.parse(state) as {
          pid: number;
          fds: string[];
          metadata: string;
          state: { id: string; status: string; pid: number };
        };
        expect(told).to.deep.include({ fds: ['seccompFd'], metadata: 'say "hi"' });
        expect(told.state).to.deep.include({ id, status: 'creating', pid: told.pid, bundle: made.path });
        expect(call).to.match(/^notified of (83|258|34) by \d+$/);
        expect(readFileSync(join(made.rootfs, 'tmp/said'), 'utf8')).to.match(/quota exceeded/i);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('fails where nobody takes the listener', async () => {
    const profile: SeccompProfile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: '/nowhere/agent.sock',
      syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }],
    };
    using made = bundle(shell('echo never', under(profile)));
    const { code, stdout, stderr } = await standpipe(['run', '--bundle', made.path, freshId()]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/send the seccomp listener to "\/nowhere\/agent.sock".*no such file/i);
  });

  describe("against Docker's default profile", () => {
    const attempts = [
      'mount fsopen open_tree umount2 pivot_root setns unshare clone process_vm_writev pidfd_getfd',
      'io_uring keyctl add_key userfaultfd bpf perf_event_open open_by_handle_at init_module kexec_load reboot swapon syslog',
      'settimeofday nfsservctl quotactl vsock alg personality',
    ]
      .join(' ')
      .split(' ');

    it('a command can do none of what gets out of containers', async () => {
      // With the capabilities that each of these takes: what holds it is the filter alone.
      const capabilities = [
        'CAP_SYS_ADMIN',
        'CAP_SYS_PTRACE',
        'CAP_SYS_BOOT',
        'CAP_SYS_MODULE',
        'CAP_DAC_READ_SEARCH',
        'CAP_SYS_TIME',
        'CAP_BPF',
        'CAP_PERFMON',
      ];
      using made = bundle(specOf(['/bin/probe', ...attempts], under(dockerProfile(), { capabilities })));
      await probeIn(made);
      const { stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
      // Tracing is left to the kernel's own rules: the first process of this pid namespace is who asks.
      const expected = attempts.filter((name) => name !== 'process_vm_writev').map((name) => `${name}=EPERM`);
      expect(
        stdout
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('process_vm_writev')),
      ).to.deep.equal(expected);
    });

    it('other ABIs lead nowhere either, and newer calls are no calls', async () => {
      using made = bundle(specOf(['/bin/probe', 'x32-mount', 'x86-mount', 'clone3', 'newer', 'getpid'], under(dockerProfile())));
      await probeIn(made);
      const { stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
      expect(stdout.trim().split('\n')).to.deep.equal(['x32-mount=EPERM', 'x86-mount=EPERM', 'clone3=ENOSYS', 'newer=ENOSYS', 'getpid=ok']);
      // Where the profile names x64 alone, the others kill.
      made.configure(specOf(['/bin/probe', 'x32-mount', 'x86-mount'], under({ ...dockerProfile(), architectures: ['SCMP_ARCH_X86_64'] })));
      expect((await standpipe(['run', '--bundle', made.path, freshId()])).stdout).to.equal('x32-mount=SIGSYS\nx86-mount=SIGSYS\n');
    });

    it('a set-user-ID program gives privileges only without no_new_privs, and never takes the filter away', async () => {
      using made = bundle(specOf(['/bin/sh'], () => undefined));
      await probeIn(made, 0o4755);
      for (const noNewPrivileges of [true, false]) {
        const settings = { noNewPrivileges, uid: 1000, capabilities: [] };
        const change = (config: Config): void => {
          under(dockerProfile(), settings)(config);
          config.process!.capabilities = { bounding: ['CAP_SYS_ADMIN', 'CAP_SYS_CHROOT'], effective: [], permitted: [] };
        };
        made.configure(specOf(['/bin/probe', 'mount', 'unshare', 'keyctl'], change));
        const { stdout } = await standpipe(['run', '--bundle', made.path, freshId()]);
        expect(stdout).to.equal('mount=EPERM\nunshare=EPERM\nkeyctl=EPERM\n');
      }
    });

    it('nobody types into the terminal of who started it', async function () {
      needs(this, 'script');
      using made = bundle(specOf(['/bin/probe', 'TIOCSTI'], under(dockerProfile())));
      await probeIn(made);
      const command = `${process.execPath} ${standpipePath} run --bundle ${made.path} ${freshId()}`;
      const { stdout } = await run('script', ['-qec', command, '/dev/null']);
      expect(stdout).to.match(/TIOCSTI=(EPERM|EIO)/);
    });
  });
});
