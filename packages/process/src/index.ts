export { type CwdPlan, planCwd, planMakeCwd } from './cwd.js';
export { type Environment, parseEnv, searchPath, withDefault } from './env.js';
export { planExec } from './exec.js';
export { planCloseFds } from './fds.js';
export { type Names, planNames } from './names.js';
export { planNoNewPrivileges } from './privileges.js';
export { planRaiseRlimits, planRlimits, type Rlimit, RLIM_INFINITY, rlimitNames } from './rlimits.js';
export { resetSignals } from './signals.js';
export { planUser, type PlanUserSettings, type User } from './user.js';
