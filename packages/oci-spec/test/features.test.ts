import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeFeatures, type Features } from '../src/index.js';

const plain = (features: Features): unknown => JSON.parse(JSON.stringify(features));

describe('describeFeatures', () => {
  it('leaves out what is unknown', () => {
    const { linux, ...rest } = describeFeatures({});
    expect(plain(rest)).to.deep.equal({ ociVersionMin: '1.0.0', ociVersionMax: '1.3.0' });
    expect(Object.keys(plain({ ...rest, linux }) as { linux: object })).to.deep.equal(['ociVersionMin', 'ociVersionMax', 'linux']);
    expect(JSON.parse(JSON.stringify(linux))).to.have.keys('namespaces', 'capabilities');
    expect(linux?.namespaces).to.have.members(['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time']);
    expect(linux?.capabilities).to.include('CAP_CHECKPOINT_RESTORE').and.to.have.lengthOf(41);
  });

  it('says no where there is nothing, in the form that the document has for it', () => {
    const features = describeFeatures({
      hooks: false,
      seccomp: false,
      apparmor: false,
      selinux: false,
      intelRdt: false,
      memoryPolicy: false,
      idmap: false,
      netDevices: false,
      namespaces: [],
      capabilities: [],
    });
    expect(plain(features)).to.deep.equal({
      ociVersionMin: '1.0.0',
      ociVersionMax: '1.3.0',
      hooks: [],
      linux: {
        namespaces: [],
        capabilities: [],
        seccomp: { enabled: false },
        apparmor: { enabled: false },
        selinux: { enabled: false },
        intelRdt: { enabled: false, schemata: false, monitoring: false },
        memoryPolicy: { modes: [], flags: [] },
        mountExtensions: { idmap: { enabled: false } },
        netDevices: { enabled: false },
      },
    });
  });

  it('lists the words of what there is', () => {
    const features = describeFeatures({
      hooks: true,
      mountOptions: ['ro'],
      cgroup: { v1: true, v2: true, systemd: false },
      seccomp: { archs: ['SCMP_ARCH_X86_64'], supportedFlags: ['SECCOMP_FILTER_FLAG_LOG'] },
      memoryPolicy: true,
      annotations: { 'org.example.version': '1' },
      potentiallyUnsafeConfigAnnotations: ['org.example.unsafe.'],
    });
    expect(features.hooks).to.deep.equal(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop']);
    expect(features.mountOptions).to.deep.equal(['ro']);
    expect(features.annotations).to.deep.equal({ 'org.example.version': '1' });
    expect(features.potentiallyUnsafeConfigAnnotations).to.deep.equal(['org.example.unsafe.']);
    expect(features.linux?.cgroup).to.deep.equal({ v1: true, v2: true, systemd: false });
    expect(features.linux?.memoryPolicy?.modes).to.include('MPOL_WEIGHTED_INTERLEAVE');
    expect(features.linux?.seccomp).to.deep.include({
      enabled: true,
      archs: ['SCMP_ARCH_X86_64'],
      supportedFlags: ['SECCOMP_FILTER_FLAG_LOG'],
    });
    expect(features.linux?.seccomp?.operators).to.have.lengthOf(7);
    expect(features.linux?.seccomp?.actions).to.have.lengthOf(9);
  });
});
