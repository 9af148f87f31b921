export { type CwdPlan, planCwd, planMakeCwd } from './cwd.js';
export { type Environment, parseEnv, searchPath, withDefault } from './env.js';
export { planExec } from './exec.js';
export { resetSignals } from './signals.js';
export { planUser, type PlanUserSettings, type User } from './user.js';
