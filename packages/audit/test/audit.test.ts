import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { audit, isAsBadAs } from '../src/index.js';

type Mutable<T> = T extends (...args: never[]) => unknown ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

function found(change: (spec: Mutable<Spec>) => void): string[] {
  const spec = structuredClone(careful) as Mutable<Spec>;
  change(spec);
  return audit(spec).findings.map(({ id, severity, pointer }) => `${severity} ${id} ${pointer}`);
}

const namespaces = ['mount', 'pid', 'network', 'ipc', 'uts', 'cgroup', 'user'] as const;

/** In which there is nothing to find. */
const careful: Spec = {
  ...defaultSpec(),
  root: { path: 'rootfs', readonly: true },
  process: {
    ...defaultSpec().process!,
    env: ['PATH=/bin'],
    user: { uid: 1000, gid: 1000 },
    noNewPrivileges: true,
    capabilities: {},
    apparmorProfile: 'standpipe',
  },
  linux: {
    ...defaultSpec().linux,
    namespaces: namespaces.map((type) => ({ type })),
    maskedPaths: [...(defaultSpec().linux?.maskedPaths ?? []), '/sys/devices/virtual/powercap'],
    seccomp: { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [{ names: ['read', 'write', 'execve'], action: 'SCMP_ACT_ALLOW' }] },
    resources: { memory: { limit: 1 << 28 }, pids: { limit: 100 }, cpu: { shares: 512 }, devices: [{ allow: false, access: 'rwm' }] },
  },
};
const unmapped = (spec: Mutable<Spec>): void => {
  spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== 'user');
};

describe('audit', () => {
  it('finds nothing in a careful config', () => {
    expect(audit(careful)).to.deep.equal({ score: 100, findings: [] });
  });

  it('finds what the usual config leaves open, worst first', () => {
    const { score, findings } = audit(defaultSpec());
    expect(findings.map(({ id }) => id)).to.include.members(['seccomp.none', 'namespaces.user', 'limits.memory', 'limits.pids']);
    expect(score).to.be.within(20, 80);
    const order = ['critical', 'high', 'medium', 'low'];
    const ranks = findings.map(({ severity }) => order.indexOf(severity));
    expect(ranks).to.deep.equal(ranks.toSorted((a, b) => a - b));
    expect(isAsBadAs(audit(defaultSpec()), 'high')).to.equal(true);
    expect(isAsBadAs(audit(defaultSpec()), 'critical')).to.equal(false);
  });

  it('gives every finding a place, a fix, and an id that is told once for each place', () => {
    const { findings } = audit({
      ociVersion: '1.3.0',
      root: { path: 'rootfs' },
      process: { user: { uid: 0, gid: 0 }, cwd: '/', args: ['sh'] },
    });
    for (const { id, pointer, message, fix } of findings) {
      expect(pointer).to.match(/^\//);
      expect(message.length, id).to.be.greaterThan(10);
      expect(fix.length, id).to.be.greaterThan(5);
    }
    const keys = findings.map(({ id, pointer }) => `${id} ${pointer}`);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(audit({ ociVersion: '1.3.0', root: { path: 'rootfs' } }).score).to.equal(0);
  });

  it("minds namespaces that are missing, or the host's", () => {
    for (const type of ['mount', 'pid', 'network', 'ipc', 'uts', 'cgroup'])
      expect(found((spec) => (spec.linux!.namespaces = spec.linux!.namespaces!.filter((one) => one.type !== type)))[0]).to.match(
        new RegExp(`namespaces\\.${type} /linux/namespaces$`),
      );
    expect(found((spec) => (spec.linux!.namespaces![1] = { type: 'pid', path: '/proc/1/ns/pid' }))).to.deep.equal([
      'high namespaces.pid /linux/namespaces/1/path',
    ]);
    expect(found((spec) => (spec.linux!.namespaces![1] = { type: 'pid', path: '/proc/4711/ns/pid' }))).to.deep.equal([]);
    expect(
      found((spec) => {
        unmapped(spec);
        spec.process!.user.uid = 0;
      }),
    ).to.include('medium namespaces.user /linux/namespaces');
  });

  it('weighs capabilities by whose root it is', () => {
    const give = (spec: Mutable<Spec>): void => {
      spec.process!.capabilities = { bounding: ['CAP_SYS_ADMIN', 'CAP_SYS_MODULE'], effective: ['CAP_SYS_ADMIN'] };
    };
    expect(found(give)).to.deep.equal(['medium capabilities.sys-admin /process/capabilities/effective/0']);
    expect(
      found((spec) => {
        give(spec);
        unmapped(spec);
        spec.process!.noNewPrivileges = false;
      }),
    ).to.deep.equal([
      'critical capabilities.sys-admin /process/capabilities/effective/0',
      'critical capabilities.sys-module /process/capabilities/bounding/1',
      'medium privileges.no-new-privs /process/noNewPrivileges',
    ]);
    expect(
      found((spec) => {
        delete spec.process!.capabilities;
        unmapped(spec);
      }),
    ).to.deep.equal(['critical capabilities.unset /process/capabilities']);
  });

  it('reads the seccomp profile', () => {
    expect(found((spec) => delete spec.linux!.seccomp)).to.deep.equal(['high seccomp.none /linux/seccomp']);
    expect(
      found((spec) => {
        spec.linux!.seccomp = {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [
            { names: ['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load', 'bpf'], action: 'SCMP_ACT_ERRNO' },
          ],
        };
      }),
    ).to.include.members([
      'medium seccomp.default-allow /linux/seccomp/defaultAction',
      'medium seccomp.perf-event-open /linux/seccomp/defaultAction',
    ]);
    expect(
      found((spec) => {
        spec.linux!.seccomp!.syscalls!.push({ names: ['io_uring_setup', 'bpf'], action: 'SCMP_ACT_ALLOW' });
      }),
    ).to.deep.equal(['medium seccomp.bpf /linux/seccomp/syscalls/1', 'medium seccomp.io-uring-setup /linux/seccomp/syscalls/1']);
  });

  it('knows what of a host is not for containers', () => {
    const bound = (source: string, ...options: string[]): string | undefined =>
      found((spec) => spec.mounts!.push({ destination: '/mnt', type: 'bind', source, options: ['rbind', 'nosuid', ...options] }))[0];
    const at = '/mounts/7/source';
    expect(defaultSpec().mounts).to.have.length(7);
    expect(bound('/')).to.equal(`critical mounts.host-path ${at}`);
    expect(bound('/', 'ro')).to.equal(`high mounts.host-path ${at}`);
    expect(bound('/var/run/docker.sock', 'ro')).to.equal(`critical mounts.host-path ${at}`);
    expect(bound('/etc/')).to.equal(`critical mounts.host-path ${at}`);
    expect(bound('/etc/hosts')).to.equal(undefined);
    expect(bound('/srv/data')).to.equal(undefined);
    expect(bound('/srv/data', 'rshared')).to.equal('medium mounts.shared /mounts/7/options');
  });

  it("minds what of /proc and /sys is the whole machine's", () => {
    const open = found((spec) => {
      unmapped(spec);
      spec.linux!.maskedPaths = [];
      spec.linux!.readonlyPaths = [];
    });
    expect(open).to.include.members(['medium files.proc.sysrq-trigger /linux/readonlyPaths', 'medium files.proc.kcore /linux/maskedPaths']);
    expect(
      found((spec) => {
        unmapped(spec);
        const sysfs = spec.mounts!.find(({ type }) => type === 'sysfs')!;
        sysfs.options = [];
      }),
    ).to.include('high mounts.sysfs /mounts/5/options');
  });

  it('minds devices and limits', () => {
    expect(
      found((spec) => {
        unmapped(spec);
        spec.linux!.resources!.devices!.push({ allow: true, type: 'c', access: 'm' }, { allow: true, access: 'rwm' });
      }),
    ).to.deep.equal(['critical devices.all /linux/resources/devices/2']);
    expect(found((spec) => delete spec.linux!.resources)).to.deep.equal([
      'medium limits.memory /linux/resources/memory/limit',
      'medium limits.pids /linux/resources/pids/limit',
      'low limits.cpu /linux/resources/cpu',
    ]);
    expect(found((spec) => (spec.linux!.devices = [{ path: '/dev/sda', type: 'b', major: 8, minor: 0 }]))).to.deep.equal([
      'high devices.disk-or-memory /linux/devices/0',
    ]);
  });

  it('minds secrets in the environment, hooks, and a switched off AppArmor', () => {
    expect(
      found((spec) => {
        spec.process!.env = ['PATH=/bin', 'DB_PASSWORD=x', 'KEYBOARD=de'];
        spec.process!.apparmorProfile = 'unconfined';
        spec.hooks = { createRuntime: [{ path: '/usr/bin/hook' }], startContainer: [{ path: '/inside' }] };
        spec.root.readonly = false;
      }),
    ).to.deep.equal([
      'medium lsm.unconfined /process/apparmorProfile',
      'low root.writable /root/readonly',
      'low process.secret-in-env /process/env/1',
      'low hooks.host /hooks/createRuntime/0',
    ]);
  });
});
