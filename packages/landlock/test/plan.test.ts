import { expect } from 'chai';
import { describe, it } from 'mocha';
import { maskOf, pathAccesses, portAccesses } from '../src/access.js';
import { planLandlock } from '../src/index.js';

describe('planLandlock', () => {
  it('handles all that an ABI knows, and no more', () => {
    const handled = (abi: number): [bigint, bigint] => [maskOf(Object.values(pathAccesses), abi), maskOf(Object.values(portAccesses), abi)];
    expect([1, 2, 3, 4, 5, 6, 7].map(handled)).to.deep.equal([
      [0x1fffn, 0n],
      [0x3fffn, 0n],
      [0x7fffn, 0n],
      [0x7fffn, 3n],
      [0xffffn, 3n],
      [0xffffn, 3n],
      [0xffffn, 3n],
    ]);
  });

  it('tells what the kernel can not enforce, and fails for it when asked to', () => {
    const policy = { paths: [], ports: [], scopes: ['abstract_unix_socket', 'signal'] } as const;
    const told = (abi: number): string[] => planLandlock(policy, { abi, pointer: '/options' }).warnings.map(({ pointer }) => pointer);
    expect(told(1)).to.deep.equal(['/options/paths', '/options/paths', '/options/ports', '/options/scopes/0', '/options/scopes/1']);
    expect(told(3)).to.deep.equal(['/options/paths', '/options/ports', '/options/scopes/0', '/options/scopes/1']);
    expect(told(6)).to.deep.equal([]);
    expect(planLandlock({ ports: [] }, { abi: 3 }).warnings[0]?.message).to.equal(
      "TCP can't be restricted here: that takes Landlock ABI 4 (kernel 6.7), and this kernel has 3",
    );
    expect(planLandlock({ ports: [] }, { abi: 3 }).ops).to.deep.equal([]);
    expect(() => planLandlock(policy, { abi: 5, strict: true }))
      .to.throw('in part only')
      .with.property('code', 'LANDLOCK_IN_PART');
    expect(() => planLandlock(policy, { abi: 0 })).to.throw('has no Landlock');
  });

  it('says of every op what it attempts, and where in the policy that was asked for', () => {
    const { ops } = planLandlock(
      { paths: [{ path: '/usr', allow: ['read'] }], ports: [{ port: 80, allow: ['bind_tcp'] }] },
      { abi: 7, pointer: '/options' },
    );
    for (const op of ops) if (op.op === 'syscall' && op.name !== 'close') expect(op.say, op.name).to.be.a('string');
    const pointers = ops.flatMap((op) => (op.op === 'syscall' && op.pointer !== undefined ? [op.pointer] : []));
    expect([...new Set(pointers)]).to.deep.equal(['/options', '/options/paths/0/path', '/options/paths/0', '/options/ports/0']);
  });
});
