import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type Arch, architectures, findSyscall, hostArch, syscallName, syscallNames, syscallNumber } from '@standpipe/syscalls';

describe('system call numbers', () => {
  const known: readonly [string, Arch, number | undefined][] = [
    ['read', 'x64', 0],
    ['read', 'arm64', 63],
    ['read', 'riscv64', 63],
    ['read', 'ppc64le', 3],
    ['read', 's390x', 3],
    ['open', 'x64', 2],
    ['open', 'arm64', undefined],
    ['mount', 'x64', 165],
    ['mount', 'arm64', 40],
    ['pivot_root', 'x64', 155],
    ['pivot_root', 'ppc64le', 203],
    ['pivot_root', 's390x', 217],
    ['execveat', 'x64', 322],
    ['execveat', 'arm64', 281],
    ['execveat', 'ppc64le', 362],
    ['execveat', 's390x', 354],
    ['seccomp', 'x64', 317],
    ['seccomp', 's390x', 348],
    ['bpf', 'ppc64le', 361],
    ['fstatfs', 'arm64', 44],
    ['newfstatat', 'arm64', 79],
    ['riscv_hwprobe', 'riscv64', 258],
    ['s390_pci_mmio_read', 's390x', 353],
    ['arch_prctl', 'x64', 158],
    ['arch_prctl', 'arm64', undefined],
    ['no_such_call', 'x64', undefined],
    ['constructor', 'x64', undefined],
  ];
  for (const [name, arch, nr] of known) {
    it(`${name} on ${arch} is ${nr ?? 'not there'}`, () => expect(findSyscall(name, arch)).to.equal(nr));
  }

  it('are the same on every architecture from 424 on', () => {
    const modern = {
      pidfd_send_signal: 424,
      open_tree: 428,
      fsmount: 432,
      pidfd_open: 434,
      clone3: 435,
      close_range: 436,
      openat2: 437,
      mount_setattr: 442,
    };
    const newer = {
      cachestat: 451,
      fchmodat2: 452,
      statmount: 457,
      listmount: 458,
      mseal: 462,
      setxattrat: 463,
      open_tree_attr: 467,
      file_setattr: 469,
    };
    for (const [name, nr] of Object.entries({ ...modern, ...newer })) {
      for (const arch of architectures) expect(findSyscall(name, arch), `${name} on ${arch}`).to.equal(nr);
    }
  });

  it('lead back to the names', () => {
    for (const arch of architectures) {
      const names = syscallNames(arch);
      expect(names.length, arch).to.be.greaterThan(300);
      for (const name of names) expect(syscallName(findSyscall(name, arch) ?? -1, arch)).to.equal(name);
    }
    expect(syscallName(10_000, 'x64')).to.equal(undefined);
  });

  it('throw for a call that the architecture lacks', () => {
    expect(() => syscallNumber('open', 'riscv64'))
      .to.throw('riscv64 has no system call open')
      .with.property('code', 'NOT_SUPPORTED');
  });

  it('are those of this machine unless said otherwise', () => {
    expect(syscallNumber('mount')).to.equal(syscallNumber('mount', hostArch()));
  });
});
