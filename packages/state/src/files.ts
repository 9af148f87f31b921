/** The files in a container's directory. Whoever puts more there tells the plan, so that its undo removes them. */
export const stateFile = {
  /** The container's record while it is set up; becomes `state.json` when its process runs. */
  creating: 'creating.json',
  state: 'state.json',
  /**
   * Links to /proc/PID of the container's process, so that ops, which can't read JSON, can see whether
   * it lives: then it has an `exe`. A pid taken over by another process makes it look alive: then nothing is cleared by itself.
   */
  process: 'process',
  foregroundProcess: 'foreground-process',
  /** A copy of the bundle's config. */
  config: 'config.json',
  /** Which cgroups the container has; while they are made, some of them may be missing, or another's. */
  makingCgroups: 'making-cgroups.json',
  cgroups: 'cgroups.json',
  /** What a created container listens on until it is started. */
  startSocket: 'start.sock',
} as const;

/** flock(2). The lock on a container's directory is held by who creates it, or stays with it in the foreground. */
export const LOCK = { SH: 1, EX: 2, NB: 4, UN: 8 } as const;
