import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CgroupHierarchy, readCgroupLayout, versionOf } from '@standpipe/cgroups';
import type { LinuxResources, Spec } from '@standpipe/oci-spec';
import { asOrdinaryUser, type Bundle, bundle, leaveNothing, needs, needsRoot, type Ran, run, snapshot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { shell } from './specs.js';
import { freshId, standpipe, standpipePath } from './standpipe.js';

const layout = readCgroupLayout();
const MiB = 2 ** 20;
/** Holds no stream of the test's open. */
const quietSleep = 'exec sleep 100 < /dev/null > /dev/null 2>&1';

async function runLimited(script: string, resources: LinuxResources, change: (spec: Spec) => void = () => undefined): Promise<Ran> {
  using made = bundle(
    shell(script, (config) => {
      config.linux!.resources = structuredClone(resources) as NonNullable<typeof config.linux>['resources'];
      change(config);
    }),
  );
  return await standpipe(['run', '--bundle', made.path, freshId()], { timeoutMs: 20_000 });
}

const hierarchyOf = (controller: string): CgroupHierarchy | undefined =>
  layout.hierarchies.find(({ controllers }) => controllers.includes(controller));

/** Where a container in a cgroup namespace sees its own cgroup of a controller. */
function insideOf(controller: string): string {
  const { version, mountPoint = '' } = hierarchyOf(controller) ?? {};
  return version === 1 ? join('/sys/fs/cgroup', basename(mountPoint)) : '/sys/fs/cgroup';
}

const cgroupsOf = (id: string): string[] => snapshot().cgroups.filter((path) => path.includes(id));

describe("a container's cgroup", function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    if (layout.hierarchies.length === 0) this.skip();
  });
  leaveNothing();

  describe('limits', () => {
    it('memory: who takes more is killed', async () => {
      // dd of busybox takes its whole block into memory.
      const { stdout, code } = await runLimited('dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null; echo $?', {
        memory: { limit: 40 * MiB, swap: 40 * MiB },
      });
      expect({ stdout, code }).to.deep.equal({ stdout: '137\n', code: 0 });
      expect((await runLimited('dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null; echo $?', {})).stdout).to.equal('0\n');
    });

    it('pids: fork is refused', async () => {
      const script = 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; echo all';
      const { stdout, stderr, code } = await runLimited(script, { pids: { limit: 4 } });
      expect(stderr).to.match(/can't fork: Resource temporarily unavailable/);
      expect({ stdout, code }).to.deep.equal({ stdout: '', code: 2 });
      expect((await runLimited(script, { pids: { limit: 20 } })).stdout).to.equal('all\n');
    });

    it('cpu quota: it is throttled to that, within 15%', async () => {
      const spin = 'i=0; while [ $i -lt 250000 ]; do i=$((i+1)); done';
      const script = `cut -d' ' -f1 /proc/uptime; ${spin}; cut -d' ' -f1 /proc/uptime; cat /proc/$$/stat`;
      const share = async (): Promise<number> => {
        const { stdout } = await runLimited(script, { cpu: { quota: 15_000, period: 50_000 } });
        const [from = '', to = '', stat = ''] = stdout.trim().split('\n');
        const [user = 0, system = 0] = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .slice(11, 13)
          .map(Number);
        return (user + system) / 100 / (Number(to) - Number(from));
      };
      // On a busy machine it may get less than its quota, but never more: one quiet round out of three is enough.
      let most = 0;
      for (let round = 0; round < 3 && most < 0.3 * 0.85; round++) {
        most = Math.max(most, await share());
        expect(most).to.be.lessThan(0.3 * 1.15);
      }
      expect(most).to.be.greaterThan(0.3 * 0.85);
    });

    it('cpuset: it is confined', async () => {
      const { stdout } = await runLimited('grep Cpus_allowed_list /proc/self/status', { cpu: { cpus: '1' } });
      expect(stdout).to.equal('Cpus_allowed_list:\t1\n');
    });

    it('devices: what is not allowed is denied, though there is a node', async () => {
      const script = 'mknod /tmp/full c 1 7; mknod /tmp/kmsg c 1 11; head -c 1 /tmp/full | wc -c; cat < /tmp/kmsg';
      const capable = (spec: Spec): void => {
        const all = ['CAP_MKNOD', 'CAP_SYSLOG', 'CAP_SYS_ADMIN'];
        (spec.process as { capabilities: object }).capabilities = { bounding: all, effective: all, permitted: all };
      };
      const { stdout, stderr } = await runLimited(script, { devices: [{ allow: false, access: 'rwm' }] }, capable);
      expect(stdout).to.equal('1\n');
      expect(stderr).to.match(/can't open \/tmp\/kmsg: Operation not permitted/);
    });

    it('one that is impossible fails in words, and leaves nothing', async () => {
      const { stderr, code } = await runLimited('true', { cpu: { cpus: '777' } });
      expect(stderr).to.match(/^standpipe: write "777" to ".*\/cpuset\.cpus" \(this machine can never have so many\): /);
      expect(code).to.equal(1);
    });

    it('with a controller that is not here are refused before anything is touched', async function () {
      if (versionOf(layout, 'rdma') !== undefined) this.skip();
      const { stderr, code } = await runLimited('true', { rdma: { mlx5_1: { hcaHandles: 3 } } });
      expect(stderr).to.match(/the rdma controller is not on this machine\n {2}at \/linux\/resources\/rdma/);
      expect(code).to.equal(1);
    });
  });

  describe('is where', () => {
    const where = async (cgroupsPath: string | undefined): Promise<string[]> => {
      const { stdout, stderr } = await runLimited('cat /proc/self/cgroup', {}, (spec) => {
        const linux = spec.linux as { cgroupsPath?: string; namespaces: { type: string }[] };
        if (cgroupsPath !== undefined) linux.cgroupsPath = cgroupsPath;
        linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'cgroup');
      });
      expect(stderr).to.equal('');
      return stdout
        .trim()
        .split('\n')
        .map((line) => line.replace(/^[^:]*:[^:]*:/, ''));
    };

    it('cgroupsPath says', async () => {
      const path = `/${freshId()}`;
      expect((await where(path)).filter((one) => one === path)).to.have.length(layout.hierarchies.length);
    });

    it('the runtime is, when it says nothing', async () => {
      const paths = await where(undefined);
      for (const { version, own } of layout.hierarchies) {
        if (version === 1)
          expect(
            paths.some((one) => one.startsWith(join(own, 'standpipe-test-'))),
            own,
          ).to.equal(true);
      }
    });

    for (const path of ['/../../standpipe-out', '/', 'system.slice:docker:standpipe']) {
      it(`never ${path} says`, async () => {
        const { stderr, code } = await runLimited('true', {}, (spec) => ((spec.linux as { cgroupsPath?: string }).cgroupsPath = path));
        expect(stderr).to.match(/\/linux\/cgroupsPath(: |\n)/);
        expect(code).to.equal(1);
      });
    }
  });

  describe('is gone when', () => {
    it('the container had processes that outlived its first one', async () => {
      const { code } = await runLimited('sleep 100 > /dev/null 2>&1 & exit 3', {}, (spec) => {
        const linux = spec.linux as { namespaces: { type: string }[] };
        linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid');
      });
      expect(code).to.equal(3);
    });

    it('it had cgroups in it, with processes in them', async () => {
      const folders = [...new Set(['memory', 'pids'].map(insideOf))];
      const script = `for c in ${folders.join(' ')}; do mkdir -p $c/a/b; sleep 100 & echo $! > $c/a/b/cgroup.procs; ls -d $c/a/b; done`;
      const { stdout, stderr } = await runLimited(script, {}, (spec) => {
        const linux = spec.linux as { namespaces: { type: string }[] };
        linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid').concat({ type: 'cgroup' });
        const mount = spec.mounts?.find(({ type }) => type === 'cgroup') as unknown as { options: string[] };
        mount.options = ['nosuid', 'noexec', 'nodev', 'rw'];
      });
      expect({ stdout, stderr }).to.deep.equal({ stdout: folders.map((folder) => `${folder}/a/b\n`).join(''), stderr: '' });
    });

    it('its set-up failed late', async () => {
      using made = bundle(shell('true', (config) => (config.process!.args = ['/nothing'])));
      expect((await standpipe(['run', '--bundle', made.path, freshId()])).code).to.equal(1);
    });

    it('it was kept or left on its own, and then deleted', async () => {
      for (const flag of ['--keep', '--detach']) {
        using made = bundle(shell(flag === '--keep' ? 'true' : quietSleep));
        const id = freshId();
        const { code, stderr } = await standpipe(['run', flag, '--bundle', made.path, id]);
        expect({ code, stderr }, flag).to.deep.equal({ code: 0, stderr: '' });
        expect(cgroupsOf(id), flag).to.have.length(layout.hierarchies.length);
        expect((await standpipe(['delete', '--force', id])).code, flag).to.equal(0);
        expect(cgroupsOf(id), flag).to.deep.equal([]);
      }
    });
  });

  describe('after its runtime was killed', () => {
    /** A container that goes on when its runtime is killed: behind `before`, and with `then` before it. */
    async function orphan(
      made: Bundle,
      { id, cgroupsPath, before: first, then }: Record<'id' | 'cgroupsPath' | 'before' | 'then', string>,
    ): Promise<void> {
      made.configure(
        shell(`${first}; echo up; ${then}`, (config) => {
          config.linux!.cgroupsPath = cgroupsPath;
          config.linux!.namespaces!.push({ type: 'cgroup' });
          const mount = config.mounts!.find(({ type }) => type === 'cgroup')!;
          mount.options = ['nosuid', 'noexec', 'nodev', 'rw'];
        }),
      );
      const words = [standpipePath, 'run', '--bundle', made.path, id];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
      child.stdout.destroy();
    }

    const nest = `mkdir -p ${insideOf('pids')}/a/b`;

    it('it is removed by delete, with what is in it', async () => {
      const id = freshId();
      using made = bundle({});
      await orphan(made, { id, cgroupsPath: `/${id}`, before: nest, then: 'sleep 100' });
      expect(cgroupsOf(id).length).to.be.at.least(layout.hierarchies.length);
      expect((await standpipe(['delete', '--force', id])).code).to.equal(0);
      expect(cgroupsOf(id)).to.deep.equal([]);
    });

    it('it is removed by the next run of that id, whatever its path was', async () => {
      const id = freshId();
      const old = `standpipe-old-${id}`;
      using made = bundle({});
      await orphan(made, { id, cgroupsPath: `/${old}`, before: nest, then: 'sleep 0.2' });
      made.configure(shell('true'));
      for (let tries = 0; ; tries++) {
        const { code, stderr } = await standpipe(['run', '--bundle', made.path, id]);
        if (code === 0) break;
        expect(stderr).to.match(/already exists/);
        expect(tries).to.be.lessThan(50);
      }
      expect(cgroupsOf(old)).to.deep.equal([]);
    });
  });

  it('of another container is not taken, and stays as it was', async () => {
    const path = `/${freshId()}`;
    const container = (): ReturnType<typeof bundle> => bundle(shell(quietSleep, (config) => (config.linux!.cgroupsPath = path)));
    using one = container();
    using two = container();
    const [first, second] = [freshId(), freshId()];
    expect((await standpipe(['run', '--detach', '--bundle', one.path, first])).code).to.equal(0);
    try {
      const { code, stderr } = await standpipe(['run', '--bundle', two.path, second]);
      expect(stderr).to.match(/the cgroup ".*" is in use/);
      expect(code).to.equal(1);
      expect(cgroupsOf(path)).to.have.length(layout.hierarchies.length);
      const { pid } = JSON.parse(readFileSync(`/run/standpipe/${first}/state.json`, 'utf8')) as { pid: number };
      expect(readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')).to.include('sleep');
    } finally {
      expect((await standpipe(['delete', '--force', first])).code).to.equal(0);
    }
  });

  it('is made anew, without the limits that a forgotten one had', async () => {
    const name = freshId();
    const { mountPoint = '' } = layout.hierarchies.find(({ controllers }) => controllers.includes('pids')) ?? {};
    mkdirSync(join(mountPoint, name));
    try {
      const { stdout } = await runLimited('cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null', {}, (spec) => {
        const linux = spec.linux as { cgroupsPath?: string; namespaces: { type: string }[] };
        linux.cgroupsPath = `/${name}`;
        linux.namespaces.push({ type: 'cgroup' });
      });
      expect(stdout).to.equal('max\n');
    } finally {
      if (existsSync(join(mountPoint, name))) rmdirSync(join(mountPoint, name));
    }
  });

  describe('of an ordinary user', () => {
    /** Runs one, from within a cgroup where there is a file for it. */
    const asUser = async (script: string, resources: LinuxResources, procs = '/dev/null'): Promise<Ran> => {
      const [uid, gid] = [1000, 1000];
      using made = bundle(
        shell(script, (config) => {
          const linux = config.linux!;
          linux.resources = structuredClone(resources) as typeof linux.resources;
          linux.namespaces = linux.namespaces!.filter(({ type }) => type !== 'network' && type !== 'cgroup').concat({ type: 'user' });
          linux.uidMappings = [{ containerID: 0, hostID: uid, size: 1 }];
          linux.gidMappings = [{ containerID: 0, hostID: gid, size: 1 }];
          config.mounts = config.mounts!.filter(({ type }) => type === 'proc');
        }),
        { owner: { uid, gid } },
      );
      const home = join(made.path, 'home');
      mkdirSync(home);
      chownSync(home, uid, gid);
      const [command, words] = asOrdinaryUser(process.execPath, [standpipePath, 'run', '--bundle', made.path, freshId()]);
      const env = { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home };
      return await run('/bin/sh', ['-c', `echo $$ > ${procs} && exec "$@"`, 'sh', command, ...words], { env });
    };

    it('is none where nobody has delegated one', async () => {
      const { stdout, stderr, code } = await asUser('cat /proc/self/cgroup', { devices: [{ allow: false, access: 'rwm' }] });
      expect({ stderr, code }).to.deep.equal({ stderr: '', code: 0 });
      expect(stdout).to.equal(readFileSync('/proc/self/cgroup', 'utf8'));
    });

    it('is an error when limits are asked for', async () => {
      const { stderr, code } = await asUser('true', { pids: { limit: 7 } });
      expect(stderr).to.match(/limit the container: ".*" can't be made by this user, whom no cgroup is delegated to/);
      expect(code).to.equal(1);
    });

    it('has its limits where one was delegated', async function () {
      const { version, mountPoint = '' } = hierarchyOf('pids') ?? {};
      if (version === undefined) this.skip();
      const delegated = join(mountPoint, freshId());
      const own = version === 1 ? delegated : join(delegated, 'own');
      mkdirSync(own, { recursive: true });
      try {
        if (version === 2) writeFileSync(join(mountPoint, 'cgroup.subtree_control'), '+pids');
        const files = version === 1 ? ['.', 'cgroup.procs'] : ['.', 'cgroup.procs', 'cgroup.subtree_control', 'own/cgroup.procs'];
        for (const file of files) chownSync(join(delegated, file), 1000, 1000);
        const script = 'cat /proc/self/cgroup; for i in 1 2 3 4 5 6 7 8; do sleep 5 & done';
        const { stdout, stderr } = await asUser(script, { pids: { limit: 4 } }, join(own, 'cgroup.procs'));
        expect(stderr).to.match(/can't fork/);
        expect(stdout).to.include(`${version === 1 ? own : delegated}/standpipe-test-`.slice(mountPoint.length));
      } finally {
        for (const path of new Set([own, delegated])) rmdirSync(path);
      }
    });
  });

  it('costs a container nothing that stays: many by turns', async () => {
    using made = bundle(shell('true'));
    const before = readdirSync('/run/standpipe').length;
    for (let i = 0; i < 10; i++) expect((await standpipe(['run', '--bundle', made.path, freshId()])).code).to.equal(0);
    expect(readdirSync('/run/standpipe').length).to.equal(before);
  });
});
