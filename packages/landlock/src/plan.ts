import type { SpecIssue } from '@standpipe/errors';
import { at, branch, buf, closeFd, here, label, load, type Op, reg, type Reg, statxField, store, sys, words } from '@standpipe/program';
import { AT, O, PR, RESOLVE, S_IFDIR, S_IFMT, STATX } from '@standpipe/syscalls';
import { type Access, maskOf, pathAccesses, pathGroups, portAccesses, type Scope, scopes } from './access.js';
import { needsAbi, noLandlock, notEnforceable } from './errors.js';
import type { LandlockPolicy, PathRule, PortRule } from './policy.js';

const LANDLOCK_RULE_PATH_BENEATH = 1;
const LANDLOCK_RULE_NET_PORT = 2;
/** struct landlock_ruleset_attr of ABI 6. Older kernels take it while what they don't know is zero. */
const RULESET_SIZE = 24;
const OPEN_HOW_SIZE = 24;
const STATX_SIZE = 256;

export interface PlanLandlockSettings {
  /** The kernel's, see `readLandlockAbi`. */
  readonly abi: number;
  /** Fail when the kernel can't restrict all that the policy speaks of, instead of telling so. */
  readonly strict?: boolean | undefined;
  /** Where the policy lies in a config. */
  readonly pointer?: string | undefined;
}

export interface LandlockPlan {
  /**
   * For the process that is to be confined. It must have no_new_privs, or CAP_SYS_ADMIN in its user namespace; paths are looked up as it
   * sees them then. What it forks and executes inherits the confinement, and can only add to it.
   */
  readonly ops: Op[];
  /** Parts of the policy that this kernel can't enforce. */
  readonly warnings: readonly SpecIssue[];
}

/**
 * Plans a Landlock domain.
 *
 * @man landlock(7), landlock_restrict_self(2)
 * @throws NotSupportedError when the kernel has no Landlock; with `strict` SpecError `LANDLOCK_IN_PART` when it can enforce only a part
 */
export function planLandlock(policy: LandlockPolicy, { abi, strict = false, pointer = '' }: PlanLandlockSettings): LandlockPlan {
  if (abi < 1) throw noLandlock();
  const { paths, ports, scopes: wanted = [] } = policy;
  const warnings = unenforceable(policy, abi, pointer);
  if (strict && warnings.length > 0) throw notEnforceable(warnings);
  const handledPaths = paths === undefined ? 0n : maskOf(Object.values(pathAccesses), abi);
  const handledPorts = ports === undefined ? 0n : maskOf(Object.values(portAccesses), abi);
  const scoped = maskOf(
    wanted.map((scope) => scopes[scope]),
    abi,
  );
  // The kernel takes no ruleset that restricts nothing.
  if (handledPaths === 0n && handledPorts === 0n && scoped === 0n) return { ops: [], warnings };
  const ruleset = reg('ruleset');
  const say = 'make a Landlock ruleset';
  return {
    ops: [
      sys('landlock_create_ruleset', [words('landlock_ruleset_attr', [handledPaths, handledPorts, scoped]), RULESET_SIZE, 0], {
        to: ruleset,
        say,
        pointer,
      }),
      ...(paths ?? []).flatMap((rule, i) => allowPath(ruleset, rule, abi, `${pointer}/paths/${String(i)}`)),
      ...(handledPorts === 0n ? [] : (ports ?? [])).flatMap((rule, i) => allowPort(ruleset, rule, abi, `${pointer}/ports/${String(i)}`)),
      sys('landlock_restrict_self', [ruleset, 0], {
        say: 'enter the Landlock domain, which takes no_new_privs or CAP_SYS_ADMIN',
        pointer,
      }),
      closeFd(ruleset),
    ],
    warnings,
  };
}

/** For a process that is to give up gaining privileges, and has not yet. @man PR_SET_NO_NEW_PRIVS(2const) */
export function planNoNewPrivileges(): Op[] {
  return [sys('prctl', [PR.SET_NO_NEW_PRIVS, 1, 0, 0, 0], { say: 'give up gaining privileges (no_new_privs)' })];
}

function unenforceable({ paths, ports, scopes: wanted = [] }: LandlockPolicy, abi: number, pointer: string): SpecIssue[] {
  const issues: SpecIssue[] = [];
  // `refer` is denied to everybody before it can be allowed, so that it is missing opens nothing.
  const [truncate, ioctl, tcp] = [pathAccesses.truncate.abi, pathAccesses.ioctl_dev.abi, portAccesses.bind_tcp.abi];
  if (paths !== undefined && abi < truncate) issues.push(needsAbi(`${pointer}/paths`, 'truncating files', truncate, abi));
  if (paths !== undefined && abi < ioctl) issues.push(needsAbi(`${pointer}/paths`, 'ioctl(2) on devices', ioctl, abi));
  if (ports !== undefined && abi < tcp) issues.push(needsAbi(`${pointer}/ports`, 'TCP', tcp, abi));
  for (const [i, scope] of wanted.entries())
    if (abi < scopes[scope].abi) issues.push(needsAbi(`${pointer}/scopes/${String(i)}`, scopeWords[scope], scopes[scope].abi, abi));
  return issues;
}

const scopeWords: Readonly<Record<Scope, string>> = { abstract_unix_socket: 'abstract unix sockets', signal: 'signals' };

/** The kernel takes nothing that is about a directory's content for a file, so what a path leads to is looked at. */
function allowPath(ruleset: Reg, { path, allow, optional = false, follow = false }: PathRule, abi: number, pointer: string): Op[] {
  const accesses: Access[] = allow
    .flatMap((word) =>
      Object.hasOwn(pathGroups, word) ? pathGroups[word as keyof typeof pathGroups] : [word as keyof typeof pathAccesses],
    )
    .map((name) => pathAccesses[name]);
  const all = maskOf(accesses, abi);
  const ofFiles = maskOf(
    accesses.filter((access) => access.ofFiles === true),
    abi,
  );
  if (all === 0n) return [];
  const resolve = RESOLVE.NO_MAGICLINKS | (follow ? 0 : RESOLVE.NO_SYMLINKS);
  const [beneath, mode] = [reg('beneath'), reg('mode')];
  const attr = buf('landlock_path_beneath_attr', 12);
  const stat = buf('statx', STATX_SIZE);
  const [missing, directory] = [label('no such path'), label('a directory')];
  const say = `allow ${allow.join(', ')} below ${JSON.stringify(path)}`;
  const hint = follow ? say : `${say} (links are not followed unless the rule says so)`;
  return [
    sys('openat2', [AT.FDCWD, path, words('open_how', [O.PATH | O.CLOEXEC, 0, resolve]), OPEN_HOW_SIZE], {
      to: beneath,
      ...(optional ? { unless: { errno: ['ENOENT', 'ENOTDIR'], goto: missing } } : {}),
      say: hint,
      pointer: `${pointer}/path`,
    }),
    sys('statx', [beneath, '', AT.EMPTY_PATH, STATX.TYPE, stat], { say, pointer }),
    load(at(stat, statxField.mode.offset), statxField.mode.size, mode),
    store(attr, 8, all),
    branch(mode, '==', S_IFDIR, directory, S_IFMT),
    store(attr, 8, ofFiles),
    here(directory),
    store(at(attr, 8), 4, beneath),
    sys('landlock_add_rule', [ruleset, LANDLOCK_RULE_PATH_BENEATH, attr, 0], {
      // Nothing of the rule is about a file.
      unless: { errno: ['ENOMSG'] },
      say,
      pointer,
    }),
    closeFd(beneath),
    here(missing),
  ];
}

function allowPort(ruleset: Reg, { port, allow }: PortRule, abi: number, pointer: string): Op[] {
  const mask = maskOf(
    allow.map((name) => portAccesses[name]),
    abi,
  );
  if (mask === 0n) return [];
  return [
    sys('landlock_add_rule', [ruleset, LANDLOCK_RULE_NET_PORT, words('landlock_net_port_attr', [mask, port]), 0], {
      say: `allow ${allow.join(', ')} on port ${String(port)}`,
      pointer,
    }),
  ];
}
