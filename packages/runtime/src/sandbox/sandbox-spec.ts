import { resolve } from 'node:path';
import { defaultSpec, type Linux, type LinuxNamespaceType, type Process, type Spec } from '@standpipe/oci-spec';
import { sandboxEnvironment } from './environment.js';
import { cwdRemoved, noSuchCwd } from './errors.js';
import type { SandboxFacts } from './facts.js';
import { sandboxMounts } from './mounts.js';
import type { SandboxOptions } from './options.js';

/**
 * The config.json of a sandbox: an ordinary one, but for its root, which is the host's. The assembly `sandbox` puts
 * that into effect.
 *
 * Root runs it as root without a capability, so without a word in what belongs to others; an ordinary user in a user
 * namespace, as themselves.
 *
 * @throws PlumbingError `SANDBOX_PATH`, `SANDBOX_CWD`
 */
export function sandboxSpec(options: SandboxOptions, facts: SandboxFacts): Spec {
  const { hostname = 'sandbox', net = false } = options;
  const { linux = {}, ociVersion } = defaultSpec();
  const user = facts.uid !== 0;
  const cwd = cwdOf(options, facts);
  return {
    ociVersion,
    process: process(options, facts, cwd),
    root: { path: '/' },
    hostname,
    mounts: sandboxMounts(options, facts, { cwd, user }),
    linux: {
      namespaces: namespaces(net, user).map((type) => ({ type })),
      ...(user ? idMappings(options, facts) : {}),
      maskedPaths: linux.maskedPaths,
      readonlyPaths: linux.readonlyPaths,
    },
  };
}

function cwdOf({ cwd }: SandboxOptions, facts: SandboxFacts): string {
  if (cwd === undefined && facts.cwd === undefined) throw cwdRemoved();
  const path = resolve(facts.cwd ?? '/', cwd ?? '.');
  // It would be made, and a typing error run the command in a place that nobody meant.
  if (!facts.isDirectory(path)) throw noSuchCwd(path);
  return path;
}

function process(options: SandboxOptions, facts: SandboxFacts, cwd: string): Process {
  const root = options.asRoot === true || facts.uid === 0;
  const capabilities = (options.capabilities ?? [])
    .flatMap((names) => names.split(','))
    .map((name) => `CAP_${name.toUpperCase().replace(/^CAP_/, '')}`);
  const kept = { bounding: capabilities, effective: capabilities, permitted: capabilities };
  return {
    terminal: facts.terminal,
    user: { ...(root ? { uid: 0, gid: 0 } : { uid: facts.uid, gid: facts.gid }), umask: facts.umask },
    args: options.command.length > 0 ? options.command : [facts.env['SHELL'] ?? '/bin/sh'],
    env: sandboxEnvironment(options, facts),
    cwd,
    // Whoever is not root keeps capabilities across execve only as ambient ones.
    capabilities: root ? kept : { ...kept, inheritable: capabilities, ambient: capabilities },
    noNewPrivileges: true,
  };
}

function namespaces(net: boolean, user: boolean): LinuxNamespaceType[] {
  return ['pid', 'mount', 'ipc', 'uts', 'cgroup', ...(net ? [] : (['network'] as const)), ...(user ? (['user'] as const) : [])];
}

function idMappings({ asRoot }: SandboxOptions, facts: SandboxFacts): Pick<Linux, 'uidMappings' | 'gidMappings'> {
  if (asRoot === true) return facts.rootMappings();
  const itself = (id: number): Linux['uidMappings'] => [{ containerID: id, hostID: id, size: 1 }];
  return { uidMappings: itself(facts.uid), gidMappings: itself(facts.gid) };
}
