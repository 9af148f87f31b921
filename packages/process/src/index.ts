/**
 * What a process is before it runs: user, limits, scheduling, environment, the settings of its namespaces, and its execve(2).
 *
 * `spawnProcess` starts a command of this machine as `process` of a config.json describes it:
 *
 *     const child = spawnProcess({ args: ['id'], user: { uid: 1000, gid: 1000 }, noNewPrivileges: true }, { stdio: 'inherit' });
 *
 * Each other function plans one part of a config as ops for a program, and checks it; nothing is touched until they run:
 *
 *     const { environment, ops } = planEnvironment(['PATH=/bin'], { uid: 1000 });
 *     const all = [...planRlimits(rlimits), ...planUser({ uid: 1000, gid: 1000 }), ...ops, ...planCloseFds(), ...planExec(['id'], environment)];
 *
 * @packageDocumentation
 */
export { type CpuAffinity, type CpuAffinityPlan, type ExecCpuAffinityPlan, planCpuAffinity, planExecCpuAffinity } from './affinity.js';
export { parseCpuList } from './cpu-list.js';
export { type CwdPlan, planCwd, planMakeCwd } from './cwd.js';
export { type Environment, parseEnv, searchPath } from './env.js';
export { planExec, type PlanExecSettings, planFindCommand } from './exec.js';
export { planCloseFds, planHandOver } from './fds.js';
export { type IoPriority, planIoPriority } from './io-priority.js';
export { planSessionKeyring } from './keyring.js';
export { listenFds } from './listen-fds.js';
export { type MemoryPolicy, planMemoryPolicy } from './memory-policy.js';
export {
  type NamespaceSettings,
  type NamespaceSettingsPlan,
  planNamespaceSettings,
  type PlanNamespaceSettingsInput,
} from './namespace-settings.js';
export type { NamespaceEntry } from './own-namespaces.js';
export { planOomScoreAdj } from './oom-score.js';
export { type Personality, planPersonality } from './personality.js';
export { type EnvironmentPlan, planEnvironment, type PlanEnvironmentInput } from './plan-env.js';
export { type AdmissionSettings, type AdmittedProcess, planAdmission, planRestrictions, type RestrictedProcess } from './plan-process.js';
export { planNoNewPrivileges } from './privileges.js';
export { planRaiseRlimits, planRlimits, type Rlimit, RLIM_INFINITY, rlimitNames } from './rlimits.js';
export { planScheduler, type Scheduler } from './scheduler.js';
export { type ProcessInput, spawnProcess } from './spawn.js';
export { planStdioOwner } from './stdio.js';
export { KEEP_ORIGINAL_GROUPS, keepsOriginalGroups, type OriginalGroups } from './original-groups.js';
export { planUser, type PlanUserSettings, type User } from './user.js';
export { probeProcess } from './probe.js';
