import { type Probe, probeOps, sys } from '@standpipe/program';
import { planCloseFds } from './fds.js';
import { planSessionKeyring } from './keyring.js';

const group = 'processes';

/** What a process in a container needs of the kernel. */
export function probeProcess({ readText }: { readonly readText: (path: string) => string | undefined }): Probe[] {
  const keyring = probeOps({
    group,
    what: 'a session keyring for each container',
    fix: 'raise the quota: sysctl kernel.keys.maxkeys=2000; or --no-new-keyring',
    ops: planSessionKeyring('_ses.standpipe-doctor'),
  });
  return [
    probeOps({ group, what: 'no file descriptor left open (close_range)', kernel: '5.11', essential: true, ops: planCloseFds() }),
    probeOps({
      group,
      what: 'no privileges to be gained (no_new_privs)',
      kernel: '3.5',
      essential: true,
      ops: [sys('prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0])],
    }),
    keyring.found?.endsWith('EDQUOT') === true ? { ...keyring, outcome: 'no' } : keyring,
    pids(readText('/proc/sys/kernel/pid_max')),
  ];
}

const PR_SET_NO_NEW_PRIVS = 38;

/** The kernel's own default: with fewer, a host of containers runs out of them. */
const PLENTY = 32768;

function pids(text: string | undefined): Probe {
  const max = Number(text);
  if (text === undefined || !Number.isInteger(max))
    return { group, what: 'process ids for many containers', outcome: 'unknown', fix: 'mount proc at /proc' };
  const what = `process ids for many containers: ${String(max)}`;
  return max >= PLENTY ? { group, what, outcome: 'yes' } : { group, what, outcome: 'no', fix: 'sysctl kernel.pid_max=4194304' };
}
