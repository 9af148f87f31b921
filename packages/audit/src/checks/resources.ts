import type { Finding } from '../finding.js';
import type { Subject } from '../subject.js';

const isUnlimited = (value: number | bigint | null | undefined): boolean => value === undefined || value === null || Number(value) <= 0;

/** Devices and limits. */
export function checkResources({ spec, mapped }: Subject): Finding[] {
  const { resources = {}, devices = [] } = spec.linux ?? {};
  const findings: Finding[] = [];
  for (const [i, rule] of (resources.devices ?? []).entries()) {
    if (!rule.allow || mapped) continue;
    const anyMajor = rule.major === undefined || rule.major === null || rule.major < 0;
    const isBlock = rule.type === 'b' || rule.type === 'a' || rule.type === undefined;
    const access = rule.access ?? 'rwm';
    // To make a node is no way to use it.
    if (!anyMajor || !/[rw]/.test(access)) continue;
    findings.push({
      id: 'devices.all',
      severity: isBlock ? 'critical' : 'high',
      pointer: `/linux/resources/devices/${String(i)}`,
      message: isBlock
        ? 'it may use every device: disks, with all that is on them'
        : 'it may use every character device: memory, terminals, input',
      fix: 'allow single devices by their numbers',
    });
  }
  for (const [i, { path, type, major }] of devices.entries()) {
    if (type === 'b' || (type === 'c' && Number(major) === 1 && /\/(k?mem|port)$/.test(path)))
      findings.push({
        id: 'devices.disk-or-memory',
        severity: type === 'b' ? 'high' : 'critical',
        pointer: `/linux/devices/${String(i)}`,
        message:
          type === 'b' ? `${path} is a disk: whoever writes to it goes past every file permission` : `${path} is the memory of the machine`,
        fix: 'leave it out, and mount a file system from it instead',
      });
  }
  if (isUnlimited(resources.memory?.limit))
    findings.push({
      id: 'limits.memory',
      severity: 'medium',
      pointer: '/linux/resources/memory/limit',
      message: 'it can take all memory, and the kernel will kill others for it',
      fix: 'set a limit in bytes',
    });
  if (isUnlimited(resources.pids?.limit))
    findings.push({
      id: 'limits.pids',
      severity: 'medium',
      pointer: '/linux/resources/pids/limit',
      message: 'a fork bomb takes all pids of the host',
      fix: 'set a limit; some hundreds will do for most',
    });
  const { cpu } = resources;
  if (isUnlimited(cpu?.quota) && isUnlimited(cpu?.shares) && cpu?.cpus === undefined)
    findings.push({
      id: 'limits.cpu',
      severity: 'low',
      pointer: '/linux/resources/cpu',
      message: 'it competes for every CPU as one with the host',
      fix: 'set shares, a quota, or cpus',
    });
  return findings;
}
