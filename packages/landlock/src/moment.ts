/** When, in the set-up of a process, it enters its Landlock domain. */
export type Moment = 'before the user changes' | 'before capabilities go' | 'last';

/** What of a config.json's `process` decides it. */
export interface EnteringProcess {
  readonly user: { readonly uid: number };
  readonly noNewPrivileges?: boolean | undefined;
  readonly capabilities?: object | undefined;
}

/**
 * As late as can be, so that the policy has to allow little of what the set-up does. With no_new_privs anybody may enter one. Without, it takes
 * CAP_SYS_ADMIN, which goes with the capabilities, or with the change of user where nothing is said of them.
 */
export function entersAt({ noNewPrivileges, capabilities, user }: EnteringProcess): Moment {
  if (noNewPrivileges === true) return 'last';
  return capabilities === undefined && user.uid !== 0 ? 'before the user changes' : 'before capabilities go';
}
