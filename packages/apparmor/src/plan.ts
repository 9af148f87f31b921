import { branch, closeFd, here, label, type Op, openPrivateProc, openProcFile, raise, reg, sys } from '@standpipe/program';
import { O } from '@standpipe/syscalls';
import { invalidName } from './errors.js';

const ENOENT = -2;

export interface PlanAppArmorSettings {
  /** Where the name lies in a config. */
  readonly pointer?: string | undefined;
}

/**
 * Plans the profile that a process has from its next execve(2) on. To be run by the process itself, as root of its user namespace and before it gives up
 * gaining privileges: with no_new_privs the kernel lets nobody change a profile any more that has one.
 *
 * What is written to is a file of a procfs of our own, that nobody can have put anything over (CVE-2019-16884, CVE-2023-28642).
 *
 * @man aa_change_onexec(2)
 * @kernel 5.8
 * @throws SpecError for what can't be the name of a profile
 */
export function planAppArmor(profile: string, { pointer }: PlanAppArmorSettings = {}): Op[] {
  if (profile === '' || /[\0\n]/.test(profile)) throw invalidName(profile, pointer ?? '');
  const shown = JSON.stringify(profile);
  const say = `have the command run under the AppArmor profile ${shown}`;
  const [proc, file, result] = [reg('proc'), reg('attr/apparmor/exec'), reg('result')];
  const [off, refused, written] = [label('no AppArmor'), label('refused'), label('profile set')];
  const text = `exec ${profile}`;
  return [
    ...openPrivateProc(proc),
    {
      ...openProcFile(proc, 'thread-self/attr/apparmor/exec', O.WRONLY, file, { say, pointer }),
      unless: { errno: ['ENOENT'], goto: off },
    },
    sys('write', [file, text, Buffer.byteLength(text)], {
      to: result,
      unless: { errno: ['ENOENT', 'EINVAL'], goto: refused },
      say,
      pointer,
    }),
    closeFd(file),
    closeFd(proc),
    branch(result, '>=', 0, written),
    here(refused),
    branch(result, '!=', ENOENT, off),
    raise(`the AppArmor profile ${shown} is not loaded`, { pointer }),
    here(off),
    raise(`${say}: this kernel does not run AppArmor`, { pointer }),
    here(written),
  ];
}
