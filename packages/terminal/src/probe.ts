import { type Probe, probeOps, reg } from '@standpipe/program';
import { openMaster, openPeer } from './pair.js';

/** Whether terminals can be made for containers. The one that is made to see it ends at once. */
export function probeTerminal(): Probe[] {
  const pair = { master: reg('master'), peer: reg('peer') };
  return [
    probeOps({
      group: 'processes',
      what: 'terminals opened by no path (TIOCGPTPEER)',
      kernel: '4.13',
      fix: 'needs Linux 4.13 or newer, and a devpts at /dev/pts with /dev/ptmx',
      ops: [openMaster(pair.master), ...openPeer(pair, {})],
    }),
  ];
}
