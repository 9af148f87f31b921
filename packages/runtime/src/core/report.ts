import { branch, ERRNO, FAILED, here, label, type Op, type Reg, set, sys } from '@standpipe/program';
import { type CreateSettings, reportToLog } from '@standpipe/runtime-api';

const ENOENT = 2;
const ECANCELED = 125;

/** What stands before the sentence of a failure on the control socket: no callback has this number. */
export const FAILURE_MARK = 'FAIL';

export interface ReportSettings extends Pick<CreateSettings, 'failureCodes' | 'name' | 'log'> {
  /** The control socket, if its other end is to be told instead of standard error. */
  readonly control: number | undefined;
}

/**
 * How the host half ends: after a failure it writes the failed op's sentence to standard error and to
 * the log, and exits with the code of its kind; else it exits with `code`.
 *
 * `executing` is 1 once the container half was about to execute the user's command: then a failure is
 * the command's, and as a shell would, it exits differently when the command is not there. A callback that threw is
 * for its runtime to tell of, which has the error.
 */
export function exitWithReport(settings: ReportSettings, regs: { code: Reg; executing: Reg }, now: Date): Op[] {
  const fine = label('nothing failed');
  const exit = label('exit');
  const setUp = label('set-up failed');
  const notFound = label('command not found');
  const { failureCodes } = settings;
  return [
    branch(FAILED, '<', 0, fine),
    branch(ERRNO, '==', ECANCELED, setUp),
    settings.control === undefined
      ? { op: 'report', fd: 2, prefix: `${settings.name}: `, suffix: '\n', escape: 'text' }
      : { op: 'report', fd: settings.control, prefix: FAILURE_MARK, suffix: '', escape: 'text' },
    ...reportToLog(settings, 'error', now),
    branch(regs.executing, '!=', 1, setUp),
    branch(ERRNO, '==', ENOENT, notFound),
    branch(ERRNO, '==', 0, notFound),
    set(regs.code, failureCodes.notExecutable),
    branch(FAILED, '>=', 0, exit),
    here(notFound),
    set(regs.code, failureCodes.notFound),
    branch(FAILED, '>=', 0, exit),
    here(setUp),
    set(regs.code, failureCodes.setUp),
    here(exit),
    here(fine),
    sys('exit_group', [regs.code]),
  ];
}
