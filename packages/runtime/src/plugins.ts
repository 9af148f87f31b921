import type { PluginSource } from '@standpipe/kernel';
import { annotationsPlugin } from '@standpipe/plugin-annotations';
import { apparmorPlugin } from '@standpipe/plugin-apparmor';
import { capabilitiesPlugin } from '@standpipe/plugin-capabilities';
import { cgroupsPlugin } from '@standpipe/plugin-cgroups';
import { cgroupsSystemdPlugin } from '@standpipe/plugin-cgroups-systemd';
import { cpuAffinityPlugin } from '@standpipe/plugin-cpu-affinity';
import { devicesPlugin } from '@standpipe/plugin-devices';
import { hooksPlugin } from '@standpipe/plugin-hooks';
import { hostRootPlugin } from '@standpipe/plugin-host-root';
import { landlockPlugin } from '@standpipe/plugin-landlock';
import { mountsPlugin } from '@standpipe/plugin-mounts';
import { namespacesPlugin } from '@standpipe/plugin-namespaces';
import { networkPlugin } from '@standpipe/plugin-network';
import { processPlugin } from '@standpipe/plugin-process';
import { rootfsPlugin } from '@standpipe/plugin-rootfs';
import { seccompPlugin } from '@standpipe/plugin-seccomp';
import { selinuxPlugin } from '@standpipe/plugin-selinux';
import { statePlugin } from '@standpipe/plugin-state';
import { sysctlPlugin } from '@standpipe/plugin-sysctl';
import { terminalPlugin } from '@standpipe/plugin-terminal';
import { corePlugin } from './core/core-plugin.js';
import { reaperPlugin } from './sandbox/reaper-plugin.js';

/** The plugins that come with Standpipe, by the names that an assembly config uses. */
export const plugins: Readonly<Record<string, PluginSource>> = {
  core: corePlugin,
  annotations: annotationsPlugin,
  state: statePlugin,
  cgroups: cgroupsPlugin,
  'cgroups-systemd': cgroupsSystemdPlugin,
  namespaces: namespacesPlugin,
  network: networkPlugin,
  rootfs: rootfsPlugin,
  'host-root': hostRootPlugin,
  mounts: mountsPlugin,
  devices: devicesPlugin,
  terminal: terminalPlugin,
  hooks: hooksPlugin,
  process: processPlugin,
  sysctl: sysctlPlugin,
  'cpu-affinity': cpuAffinityPlugin,
  capabilities: capabilitiesPlugin,
  seccomp: seccompPlugin,
  apparmor: apparmorPlugin,
  selinux: selinuxPlugin,
  landlock: landlockPlugin,
  reaper: reaperPlugin,
};
