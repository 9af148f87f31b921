import type { Spec } from '@standpipe/oci-spec';
import { disassemble, link } from '@standpipe/program';
import { planCreate } from '@standpipe/runtime-api/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { devicesPlugin } from '../src/index.js';

const fuse = { type: 'c', path: '/dev/fuse', major: 10, minor: 229 } as const;

async function program(spec: Partial<Spec>): Promise<string> {
  const { program: draft } = await planCreate(devicesPlugin, { spec });
  return disassemble(link(draft.source()));
}

describe('the devices plugin', () => {
  it('makes the default nodes in the container half', async () => {
    const text = await program({});
    expect(text).to.match(/devices\/devices\.make: make character device 1:3 "\/dev\/null"\n.*mknodat\(dev, "null", /);
    expect(text.slice(0, text.indexOf('container'))).not.to.include('mknodat');
  });

  it('makes those of linux.devices, and points to them', async () => {
    expect(await program({ linux: { devices: [fuse] } })).to.include('make character device 10:229 "/dev/fuse" (/linux/devices/0)');
  });

  it('binds them in a user namespace, new or joined', async () => {
    for (const namespace of [{ type: 'user' }, { type: 'user', path: '/proc/1/ns/user' }] as const) {
      const text = await program({ linux: { devices: [fuse], namespaces: [namespace] } });
      expect(text.match(/open_tree\(/g)).to.have.length(7);
      expect(text).not.to.include('make character device');
    }
  });

  it('leaves a bound /dev, and what is mounted in it, to the mounts', async () => {
    expect(await program({ mounts: [{ destination: '/dev', type: 'bind', source: '/dev' }] })).not.to.include('mknodat');
    const text = await program({ mounts: [{ destination: '/dev/urandom', type: 'bind', source: '/dev/zero' }] });
    expect(text).to.include('"random"').and.not.to.include('"urandom"');
  });

  it('gathers what is wrong with linux.devices', async () => {
    const error: unknown = await program({ linux: { devices: [{ ...fuse, major: -1, minor: -1 }] } }).catch((thrown: unknown) => thrown);
    expect(error).to.have.nested.property('cause.issues').with.length(2);
  });
});
