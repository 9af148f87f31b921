import { AT, O } from '@standpipe/syscalls';
import {
  closeFd,
  expectFilesystem,
  here,
  jump,
  label as place,
  type Op,
  openPrivateProc,
  openProcFile,
  raise,
  type Reg,
  reg,
  sys,
} from '@standpipe/program';
import { LOADED, SELINUX_MAGIC } from './constants.js';
import { invalidLabel } from './errors.js';

export interface PlanSelinuxSettings {
  /** Where the label lies in a config. */
  readonly pointer?: string | undefined;
  /** The process joins a session keyring, which is to have the label too. */
  readonly keyring?: boolean | undefined;
}

/** Ops to run in this order. */
export interface SelinuxPlan {
  /** Where the host's /sys is in reach: fails unless SELinux runs. Without it a label that was set may mean nothing. */
  readonly check: Op[];
  /** By the process itself, before it joins its keyring: keys that it makes have the label. */
  readonly keys: Op[];
  /** By the process itself, as root of its user namespace: what it executes next has the label. Its own keys have none from here on. */
  readonly exec: Op[];
}

/**
 * Plans the label that a process has from its next execve(2) on.
 *
 * What is written to are files of a procfs of our own, that nobody can have put anything over (CVE-2019-16884, CVE-2023-28642).
 * Whether our own label may become that one the kernel says at execve: EACCES, or EPERM where it is no_new_privs that is in the way.
 *
 * @man setexeccon(3), setkeycreatecon(3)
 * @throws SpecError for what can't be a label
 */
export function planSelinux(label: string, { pointer, keyring = false }: PlanSelinuxSettings = {}): SelinuxPlan {
  if (label === '' || /[\0\n]/.test(label)) throw invalidLabel(label, pointer ?? '');
  const shown = JSON.stringify(label);
  const [proc, keysProc] = [reg('proc'), reg('proc')];
  const onExec: Setting = { file: 'exec', label, say: `have the command run with the SELinux label ${shown}`, pointer };
  const onKeys: Setting = { file: 'keycreate', label, say: `have the session keyring get the SELinux label ${shown}`, pointer };
  return {
    check: planExpectSelinux(onExec),
    keys: keyring ? [...openPrivateProc(keysProc), ...setLabel(keysProc, onKeys), closeFd(keysProc)] : [],
    exec: [
      ...openPrivateProc(proc),
      ...(keyring ? setLabel(proc, { ...onKeys, label: '', say: 'have further keys get no SELinux label of their own' }) : []),
      ...setLabel(proc, onExec),
      closeFd(proc),
    ],
  };
}

/** Fails unless SELinux runs and has a policy: before it has one, the kernel takes any label for its own. */
export function planExpectSelinux({ say, pointer }: { readonly say: string; readonly pointer?: string | undefined }): Op[] {
  const loaded = reg('selinuxfs');
  const [off, on] = [place('no SELinux'), place('SELinux runs')];
  const sentence = `${say}: SELinux does not run here`;
  return [
    sys('openat', [AT.FDCWD, LOADED, O.PATH | O.DIRECTORY | O.CLOEXEC], {
      to: loaded,
      unless: { errno: ['ENOENT', 'ENOTDIR'], goto: off },
      say,
      pointer,
    }),
    ...expectFilesystem(loaded, SELINUX_MAGIC, { say: sentence, pointer }),
    closeFd(loaded),
    jump(on),
    here(off),
    raise(sentence, { pointer }),
    here(on),
  ];
}

interface Setting {
  /** Below attr. */
  readonly file: string;
  /** Empty for none. */
  readonly label: string;
  readonly say: string;
  readonly pointer: string | undefined;
}

function setLabel(proc: Reg, { file, label, say, pointer }: Setting): Op[] {
  const attribute = reg(`attr/${file}`);
  const [invalid, done] = [place('label invalid'), place('label set')];
  const notes = { say, pointer };
  const open = openProcFile(proc, `thread-self/attr/${file}`, O.WRONLY, attribute, notes);
  if (label === '') return [open, sys('write', [attribute, '\n', 1], notes), closeFd(attribute)];
  return [
    open,
    sys('write', [attribute, label, Buffer.byteLength(label)], { unless: { errno: ['EINVAL'], goto: invalid }, ...notes }),
    closeFd(attribute),
    jump(done),
    here(invalid),
    raise(`the SELinux label ${JSON.stringify(label)} is not valid in the policy that is loaded`, { pointer }),
    here(done),
  ];
}
