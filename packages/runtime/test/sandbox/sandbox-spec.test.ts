import { validateSpec } from '@standpipe/oci-spec';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SandboxFacts } from '../../src/sandbox/facts.js';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { sandboxSpec } from '../../src/sandbox/sandbox-spec.js';

const plain: SandboxOptions = { command: ['true'] };

/** Links of the host: what is not here leads to itself, and what begins with /no is not there. */
const links: Readonly<Record<string, string>> = {
  '/etc/resolv.conf': '/run/systemd/resolve/stub-resolv.conf',
  kept: '/home/me/kept',
  '/link': '/srv/data',
};

function facts(more: Partial<SandboxFacts> = {}): SandboxFacts {
  return {
    uid: 1000,
    gid: 100,
    umask: 0o027,
    cwd: '/home/me',
    env: { PATH: '/bin', HOME: '/home/me', SHELL: '/bin/zsh' },
    terminal: false,
    realpath: (path) => (path.startsWith('/no') ? undefined : (links[path] ?? path)),
    isDirectory: (path) => !path.startsWith('/no'),
    rootMappings: () => ({
      uidMappings: [
        { containerID: 0, hostID: 1000, size: 1 },
        { containerID: 1, hostID: 100_000, size: 65_536 },
      ],
      gidMappings: [{ containerID: 0, hostID: 100, size: 1 }],
    }),
    ...more,
  };
}

/** Destinations that are bound, with what they allow. */
function bound(options: Partial<SandboxOptions>, more: Partial<SandboxFacts> = {}): string[] {
  const { mounts = [] } = sandboxSpec({ ...plain, ...options }, facts(more));
  return mounts.flatMap(({ destination, type, source, options = [] }) => {
    if (type !== 'bind') return [];
    expect(source).to.equal(destination);
    expect(options).to.include.members(['rbind', 'rprivate', 'nosuid', 'nodev']);
    return [`${destination} ${options.at(-1) ?? ''}`];
  });
}

describe('sandboxSpec', () => {
  it('names the host "sandbox", or as asked', () => {
    expect(sandboxSpec(plain, facts()).hostname).to.equal('sandbox');
    expect(sandboxSpec({ ...plain, hostname: 'box' }, facts()).hostname).to.equal('box');
  });

  it('is a valid config.json, with nothing to warn of', () => {
    for (const uid of [0, 1000]) {
      for (const options of [{}, { net: true, rw: ['/srv'] }, { asRoot: true, capabilities: ['kill'] }]) {
        const spec = sandboxSpec({ ...plain, ...options }, facts({ uid }));
        expect(validateSpec(spec).warnings).to.deep.equal([]);
        expect(validateSpec(JSON.parse(JSON.stringify(spec))).spec).to.deep.equal(spec);
      }
    }
  });

  it('has namespaces of its own, the user and the network among them as asked', () => {
    const kinds = (options: Partial<SandboxOptions>, uid: number): string[] =>
      (sandboxSpec({ ...plain, ...options }, facts({ uid })).linux?.namespaces ?? []).map(({ type }) => type);
    expect(kinds({}, 0)).to.deep.equal(['pid', 'mount', 'ipc', 'uts', 'cgroup', 'network']);
    expect(kinds({ net: true }, 0)).to.deep.equal(['pid', 'mount', 'ipc', 'uts', 'cgroup']);
    expect(kinds({}, 1000)).to.deep.equal(['pid', 'mount', 'ipc', 'uts', 'cgroup', 'network', 'user']);
  });

  it('leaves the user who they are', () => {
    const { process, linux } = sandboxSpec(plain, facts());
    expect(process?.user).to.deep.equal({ uid: 1000, gid: 100, umask: 0o027 });
    expect(linux?.uidMappings).to.deep.equal([{ containerID: 1000, hostID: 1000, size: 1 }]);
    expect(linux?.gidMappings).to.deep.equal([{ containerID: 100, hostID: 100, size: 1 }]);
    expect(sandboxSpec(plain, facts({ uid: 0, gid: 0 })).linux).to.not.have.property('uidMappings');
  });

  it('makes them root when they ask for it', () => {
    const { process, linux } = sandboxSpec({ ...plain, asRoot: true }, facts());
    expect(process?.user).to.include({ uid: 0, gid: 0 });
    expect(linux?.uidMappings).to.deep.equal(facts().rootMappings().uidMappings);
    expect(sandboxSpec({ ...plain, asRoot: true }, facts({ uid: 0 })).linux).to.not.have.property('uidMappings');
  });

  it('gives no capability but those named', () => {
    const sets = (options: Partial<SandboxOptions>, uid = 0): unknown =>
      sandboxSpec({ ...plain, ...options }, facts({ uid })).process?.capabilities;
    expect(sets({})).to.deep.equal({ bounding: [], effective: [], permitted: [] });
    const asked = { capabilities: ['kill,CAP_CHOWN', 'Net_Raw'] };
    const named = ['CAP_KILL', 'CAP_CHOWN', 'CAP_NET_RAW'];
    expect(sets(asked)).to.deep.equal({ bounding: named, effective: named, permitted: named });
    expect(sets(asked, 1000)).to.deep.equal({ bounding: named, effective: named, permitted: named, inheritable: named, ambient: named });
    expect(sandboxSpec(plain, facts()).process?.noNewPrivileges).to.equal(true);
  });

  it("runs the user's shell when no command is given", () => {
    expect(sandboxSpec({ ...plain, command: [] }, facts()).process?.args).to.deep.equal(['/bin/zsh']);
    expect(sandboxSpec({ ...plain, command: [] }, facts({ env: {} })).process?.args).to.deep.equal(['/bin/sh']);
  });

  it('passes a part of the environment, and what is named', () => {
    const env = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', DISPLAY: ':0', TOKEN: 'x', HTTPS_PROXY: 'p', no_proxy: 'n' };
    const of = (options: Partial<SandboxOptions>): readonly string[] | undefined =>
      sandboxSpec({ ...plain, ...options }, facts({ env })).process?.env;
    expect(of({})).to.deep.equal(['PATH=/bin', 'container=standpipe', 'HOME=/home/me', 'LC_ALL=C']);
    expect(of({ net: true })).to.deep.equal([
      'PATH=/bin',
      'container=standpipe',
      'HOME=/home/me',
      'LC_ALL=C',
      'HTTPS_PROXY=p',
      'no_proxy=n',
    ]);
    expect(of({ env: ['TOKEN', 'NOT_SET', 'A=b=c', 'HOME=/', 'EMPTY='] })).to.deep.equal([
      'PATH=/bin',
      'container=standpipe',
      'HOME=/',
      'LC_ALL=C',
      'TOKEN=x',
      'A=b=c',
      'EMPTY=',
    ]);
    expect(sandboxSpec(plain, facts({ env: {} })).process?.env?.[0]).to.match(/^PATH=.*\/usr\/bin/);
  });

  it('binds what may be written, parents first, by its real name', () => {
    expect(bound({ rw: ['/link', 'kept', '/home/me', '/srv/data'] })).to.deep.equal(['/home/me rw', '/home/me/kept rw', '/srv/data rw']);
    expect(() => bound({ rw: ['/no/such'] }))
      .to.throw()
      .with.property('code', 'SANDBOX_PATH');
    expect(() => bound({ rw: ['/'] }))
      .to.throw()
      .with.property('code', 'SANDBOX_PATH');
  });

  it('shows the resolver that the network goes with, where it lies in /run', () => {
    const resolver = '/run/systemd/resolve/stub-resolv.conf rro';
    expect(bound({ net: true }, { uid: 0 })).to.deep.equal([resolver]);
    expect(bound({ net: true }, { uid: 0, realpath: (path) => path })).to.deep.equal([]);
    expect(bound({}, { uid: 0 })).to.deep.equal([]);
  });

  it("binds the host's sysfs only where a new one can't be had", () => {
    expect(bound({ net: true }, { realpath: (path) => path })).to.deep.equal(['/sys rro']);
    expect(bound({})).to.deep.equal([]);
  });

  it('keeps the working directory, and shows one that would be hidden', () => {
    const cwd = (options: Partial<SandboxOptions>, more: Partial<SandboxFacts>): string | undefined =>
      sandboxSpec({ ...plain, ...options }, facts(more)).process?.cwd;
    expect(cwd({}, {})).to.equal('/home/me');
    expect(cwd({ cwd: '../you/.' }, {})).to.equal('/home/you');
    expect(cwd({ cwd: '/srv' }, { cwd: undefined })).to.equal('/srv');
    expect(bound({}, { cwd: '/tmp' })).to.deep.equal([]);
    expect(bound({}, { cwd: '/tmp/build' })).to.deep.equal(['/tmp/build rro']);
    expect(bound({}, { cwd: '/var/tmp/build' })).to.deep.equal(['/var/tmp/build rro']);
    expect(bound({ rw: ['/tmp/build'] }, { cwd: '/tmp/build/src' })).to.deep.equal(['/tmp/build rw']);
    expect(bound({ rw: ['/run/build'] }, { cwd: '/run/build' })).to.deep.equal(['/run/build rw']);
    for (const [options, more] of [
      [{}, { cwd: '/run/user/1000' }],
      [{}, { cwd: undefined }],
      [{ cwd: '/no/such' }, {}],
    ] as const) {
      expect(() => cwd(options, more))
        .to.throw()
        .with.property('code', 'SANDBOX_CWD');
    }
  });

  it('has no /var/tmp of its own where that is a link or missing', () => {
    const own = (more: Partial<SandboxFacts>): boolean =>
      sandboxSpec(plain, facts(more)).mounts?.some(({ destination }) => destination === '/var/tmp') === true;
    expect(own({})).to.equal(true);
    expect(own({ realpath: () => '/tmp' })).to.equal(false);
    expect(own({ isDirectory: (path) => path !== '/var/tmp' })).to.equal(false);
  });
});
