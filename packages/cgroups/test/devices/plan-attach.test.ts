import { disassemble, label, link, reg, section, sys } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { planDeviceRules } from '../../src/devices/plan.js';
import { planAttachDevices } from '../../src/devices/plan-attach.js';
import type { DeviceProgram } from '../../src/devices/program.js';

function shown(program: DeviceProgram): string[] {
  const ops = planAttachDevices(program, reg('cgroup'));
  const end = [sys('exit_group', [1])];
  const linked = link({ sections: [section('host', label('host'), ops, end, { plugin: 'cgroups', step: 'devices' })] });
  return disassemble(linked, { origins: false })
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/insns="[^"]*"/, 'insns=…'));
}

const load = 'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, insns=…, license="Apache-2.0"}, 64)';

describe('planAttachDevices', () => {
  it('loads, attaches and closes; once more without the limit of locked memory, which is put back', () => {
    expect(shown(planDeviceRules([], 2))).to.deep.equal([
      'load the device program again:',
      'on failure go to 15',
      `0 device_program = ${load}, unless EAGAIN or EPERM`,
      '1 if device_program >= 0 goto 11 (device program loaded)',
      '2 if device_program == -11 goto 0 (load the device program again)',
      '3 prlimit64(0, RLIMIT_MEMLOCK, NULL, &rlimit.2)',
      '4 prlimit64(0, RLIMIT_MEMLOCK, {rlim_cur=RLIM_INFINITY, rlim_max=RLIM_INFINITY}, NULL), unless any error',
      'load the device program without limit:',
      `5 device_program = ${load}, unless any error`,
      '6 if device_program == -11 goto 5 (load the device program without limit)',
      '7 prlimit64(0, RLIMIT_MEMLOCK, &rlimit.2, NULL)',
      '8 if device_program >= 0 goto 11 (device program loaded)',
      '9 errno_of_bpf = 0 - device_program',
      '10 raise errno_of_bpf',
      'device program loaded:',
      '11 s32 at &bpf_attr.2 = cgroup',
      '12 s32 at &bpf_attr.2+4 = device_program',
      '13 bpf(BPF_PROG_ATTACH, {attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}, 24)',
      '14 close(device_program), unless any error',
      '',
      'host, end',
      '15 exit_group(1)',
      '',
    ]);
  });

  it('minds no failure where everything is allowed', () => {
    const text = shown(planDeviceRules([{ allow: true, access: 'rwm' }], 2));
    expect(text.filter((line) => line.includes('bpf(') && !line.endsWith('unless any error'))).to.deep.equal([]);
    expect(text.filter((line) => line.includes('raise'))).to.deep.equal([]);
  });
});
