/** When, in the set-up of a process, its filter is loaded. */
export type Moment = 'before the user changes' | 'before capabilities go' | 'while the host half lives' | 'last';

/** What of a config.json's `process` decides it. */
export interface LoadedProcess {
  readonly user: { readonly uid: number };
  readonly noNewPrivileges?: boolean | undefined;
  readonly capabilities?: { readonly effective?: readonly string[] | undefined } | undefined;
}

/**
 * As late as can be, so that the filter has to allow little of what the set-up does.
 *
 * With no_new_privs anybody may load one: right before execve(2). Without, it takes CAP_SYS_ADMIN. A process that keeps that
 * loads it last as well; another one while it has it still. Where nothing is said of capabilities, changing the user
 * takes them away; where something is, they are kept until they are set.
 *
 * A listener is given away by the host half, and that of a container that waits to be started is gone by then.
 */
export function loadsAt({ noNewPrivileges = false, capabilities, user }: LoadedProcess, notifies: boolean): Moment {
  const effective = capabilities?.effective?.includes('CAP_SYS_ADMIN') === true;
  if (noNewPrivileges || effective) return notifies ? 'while the host half lives' : 'last';
  return capabilities === undefined && user.uid !== 0 ? 'before the user changes' : 'before capabilities go';
}
