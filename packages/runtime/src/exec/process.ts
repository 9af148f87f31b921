import { readFileSync } from 'node:fs';
import type { SpecIssue } from '@standpipe/errors';
import { parseSpecText, type Process, validateProcess } from '@standpipe/oci-spec';
import { processUnreadable } from './errors.js';
import { parseId, parseUser } from './user.js';

/** What is other than in the config of the container. */
export interface GivenProcess {
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** Added to the container's. */
  readonly env?: readonly string[] | undefined;
  /** `UID` or `UID:GID`. */
  readonly user?: string | undefined;
  /** Added to the container's; decimal. */
  readonly additionalGids?: readonly string[] | undefined;
  /** Added to the container's bounding, effective and permitted sets, and to the ambient set where they are inheritable. */
  readonly capabilities?: readonly string[] | undefined;
  readonly noNewPrivileges?: boolean | undefined;
  readonly apparmorProfile?: string | undefined;
  readonly selinuxLabel?: string | undefined;
  readonly terminal?: boolean | undefined;
}

/** A process that was found valid. */
export interface ExecutedProcess {
  readonly process: Process;
  readonly warnings: readonly SpecIssue[];
}

/**
 * The container's own process with another command. What is not given is the container's, but for the terminal.
 *
 * @throws SpecError with every fault; PlumbingError `USER_INVALID`
 */
export function processLike(config: Process, given: GivenProcess): ExecutedProcess {
  const { args, cwd, env = [], user, additionalGids = [], capabilities = [], terminal = false } = given;
  const { uid = config.user.uid, gid = config.user.gid } = user === undefined ? {} : parseUser(user);
  const groups = additionalGids.map((text) => parseId('additional gid', text));
  return validateProcess({
    ...config,
    args,
    terminal,
    cwd: cwd ?? config.cwd,
    env: [...(config.env ?? []), ...env],
    user: { ...config.user, uid, gid: gid ?? config.user.gid, additionalGids: [...(config.user.additionalGids ?? []), ...groups] },
    capabilities: withCapabilities(config.capabilities, capabilities),
    noNewPrivileges: given.noNewPrivileges ?? config.noNewPrivileges,
    apparmorProfile: given.apparmorProfile ?? config.apparmorProfile,
    selinuxLabel: given.selinuxLabel ?? config.selinuxLabel,
    // Without a terminal it has no size, and a word on that would be about the container's config.
    consoleSize: terminal ? config.consoleSize : undefined,
  });
}

/**
 * A process as a file describes it, `process` of a config. Of what runtimes take from the container where it is not said, umask and
 * oomScoreAdj are.
 *
 * @throws PlumbingError `PROCESS_NOT_READABLE`; SpecError with every fault
 */
export function readProcess(path: string, config: Process): ExecutedProcess {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw processUnreadable(path, error);
  }
  const { process, warnings } = validateProcess(parseSpecText(text));
  const { user } = process;
  return {
    process: {
      ...process,
      user: { ...user, umask: user.umask ?? config.user.umask },
      oomScoreAdj: process.oomScoreAdj ?? config.oomScoreAdj,
    },
    warnings,
  };
}

/** Sets that are not given are what root has: more there can't be. */
function withCapabilities(sets: Process['capabilities'], more: readonly string[]): Process['capabilities'] {
  if (sets === undefined || more.length === 0) return sets;
  const { bounding = [], effective = [], permitted = [], inheritable = [], ambient = [] } = sets;
  return {
    bounding: [...bounding, ...more],
    effective: [...effective, ...more],
    permitted: [...permitted, ...more],
    inheritable,
    ambient: [...ambient, ...more.filter((capability) => inheritable.includes(capability))],
  };
}
