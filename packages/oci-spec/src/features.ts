import { hookNames } from './hooks.js';
import { memoryPolicyFlags, memoryPolicyModes } from './linux/memory-policy.js';
import { namespaceTypes } from './linux/namespaces.js';
import { seccompActions, seccompArchitectures, seccompFlags, seccompOperators } from './linux/seccomp.js';
import { capabilityNames } from './process/capabilities.js';
import { OCI_VERSION } from './version.js';

/** Whether a part of the specification is built in, whatever the machine can do. */
export interface FeatureSwitch {
  readonly enabled?: boolean | undefined;
}

/** Hierarchies and managers of cgroups that are built in. */
export interface FeaturesCgroup {
  readonly v1?: boolean | undefined;
  readonly v2?: boolean | undefined;
  /** cgroups made by systemd. */
  readonly systemd?: boolean | undefined;
  /** cgroups made by a user's systemd. */
  readonly systemdUser?: boolean | undefined;
  readonly rdma?: boolean | undefined;
}

export interface FeaturesSeccomp extends FeatureSwitch {
  readonly actions?: readonly string[] | undefined;
  readonly operators?: readonly string[] | undefined;
  readonly archs?: readonly string[] | undefined;
  readonly knownFlags?: readonly string[] | undefined;
  /** Those of `knownFlags` that kernel and runtime together have. */
  readonly supportedFlags?: readonly string[] | undefined;
}

export interface FeaturesIntelRdt extends FeatureSwitch {
  /** Whether `linux.intelRdt.schemata` is put into effect. */
  readonly schemata?: boolean | undefined;
  /** Whether `linux.intelRdt.enableMonitoring` is put into effect. */
  readonly monitoring?: boolean | undefined;
}

export interface FeaturesMemoryPolicy {
  readonly modes?: readonly string[] | undefined;
  readonly flags?: readonly string[] | undefined;
}

export interface FeaturesLinux {
  readonly namespaces?: readonly string[] | undefined;
  readonly capabilities?: readonly string[] | undefined;
  readonly cgroup?: FeaturesCgroup | undefined;
  readonly seccomp?: FeaturesSeccomp | undefined;
  readonly apparmor?: FeatureSwitch | undefined;
  readonly selinux?: FeatureSwitch | undefined;
  readonly intelRdt?: FeaturesIntelRdt | undefined;
  readonly memoryPolicy?: FeaturesMemoryPolicy | undefined;
  readonly mountExtensions?: { readonly idmap?: FeatureSwitch | undefined } | undefined;
  readonly netDevices?: FeatureSwitch | undefined;
}

/**
 * The document by which a runtime says what it can do (features.md of the specification). A list that is left out means
 * "unknown"; an empty one, none.
 */
export interface Features {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks?: readonly string[] | undefined;
  /** Without those that a file system takes. */
  readonly mountOptions?: readonly string[] | undefined;
  readonly linux?: FeaturesLinux | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Annotations of config.json that may weaken a container; one that ends in a dot stands for all that begin so. */
  readonly potentiallyUnsafeConfigAnnotations?: readonly string[] | undefined;
}

/** What an assembled runtime puts into effect. What is left out is unknown. */
export interface RuntimeSupport {
  readonly hooks?: boolean | undefined;
  readonly mountOptions?: readonly string[] | undefined;
  /** Kinds that can be made and joined; all, when left out. */
  readonly namespaces?: readonly string[] | undefined;
  /** Those that the runtime knows by name; all, when left out. */
  readonly capabilities?: readonly string[] | undefined;
  readonly cgroup?: FeaturesCgroup | undefined;
  /** False, or what of the specification's lists is had. A list that is left out is had as a whole. */
  readonly seccomp?: false | Omit<FeaturesSeccomp, 'enabled'> | undefined;
  readonly apparmor?: boolean | undefined;
  readonly selinux?: boolean | undefined;
  readonly intelRdt?: boolean | undefined;
  readonly memoryPolicy?: boolean | undefined;
  readonly idmap?: boolean | undefined;
  readonly netDevices?: boolean | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly potentiallyUnsafeConfigAnnotations?: readonly string[] | undefined;
}

/** Makes the features document of a runtime: its own answers, and the lists of words that this package knows. */
export function describeFeatures(support: RuntimeSupport): Features {
  const { seccomp, intelRdt, memoryPolicy } = support;
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: OCI_VERSION,
    hooks: support.hooks === undefined ? undefined : support.hooks ? hookNames : [],
    mountOptions: support.mountOptions,
    linux: {
      namespaces: support.namespaces ?? namespaceTypes,
      capabilities: support.capabilities ?? capabilityNames,
      cgroup: support.cgroup,
      seccomp: seccomp === false ? { enabled: false } : seccomp && describeSeccomp(seccomp),
      apparmor: switched(support.apparmor),
      selinux: switched(support.selinux),
      intelRdt: intelRdt === undefined ? undefined : { enabled: intelRdt, schemata: intelRdt, monitoring: intelRdt },
      memoryPolicy:
        memoryPolicy === undefined
          ? undefined
          : memoryPolicy
            ? { modes: memoryPolicyModes, flags: memoryPolicyFlags }
            : { modes: [], flags: [] },
      mountExtensions: support.idmap === undefined ? undefined : { idmap: switched(support.idmap) },
      netDevices: switched(support.netDevices),
    },
    annotations: support.annotations,
    potentiallyUnsafeConfigAnnotations: support.potentiallyUnsafeConfigAnnotations,
  };
}

function describeSeccomp({
  actions = seccompActions,
  operators = seccompOperators,
  archs = seccompArchitectures,
  knownFlags = seccompFlags,
  supportedFlags,
}: FeaturesSeccomp): FeaturesSeccomp {
  return { enabled: true, actions, operators, archs, knownFlags, supportedFlags };
}

function switched(enabled: boolean | undefined): FeatureSwitch | undefined {
  return enabled === undefined ? undefined : { enabled };
}
