import { expect } from 'chai';
import { describe, it } from 'mocha';
import { syscallNumber } from '@standpipe/syscalls';
import type { NativeDoor, Word } from '../src/marshal.js';
import { NativePort } from '../src/native-port.js';

/** A door that answers from a list: a result, or -errno. Remembers the words. */
function fakeDoor(results: number[]): NativeDoor & { readonly words: Word[][] } {
  const words: Word[][] = [];
  let errno = 0;
  return {
    words,
    call: (...args) => {
      words.push(args);
      const result = results.shift() ?? 0;
      errno = result < 0 ? -result : 0;
      return result < 0 ? -1 : result;
    },
    address: (buffer) => 0x1000n + BigInt(buffer.byteOffset),
    errno: () => errno,
  };
}

describe('NativePort', () => {
  it('gives results, and errno negated', () => {
    const port = new NativePort(fakeDoor([5, -2]));
    expect([port.syscall(1), port.syscall(1)]).to.deep.equal([5, -2]);
  });

  it('repeats an interrupted call that can be repeated', () => {
    const door = fakeDoor([-4, -4, 3]);
    expect(new NativePort(door).syscall(syscallNumber('openat'), -100, 'x', 0)).to.equal(3);
    expect(door.words).to.have.length(3);
    expect(door.words[2]).to.deep.equal(door.words[0]);
  });

  it('hands EINTR out for close(2), whose fd is gone, and for waits with a timeout', () => {
    for (const name of ['close', 'ppoll', 'nanosleep', 'connect', 'futex'] as const) {
      const door = fakeDoor([-4, 0]);
      expect(new NativePort(door).syscall(syscallNumber(name)), name).to.equal(-4);
      expect(door.words).to.have.length(1);
    }
  });

  it('passes numbers as they are, big ones by their 64 bits, null as 0, and strings at places of their own', () => {
    const door = fakeDoor([]);
    new NativePort(door).syscall(1, -100, 2n ** 64n - 1n, null, 'ab', 'ü', new Uint8Array(8).subarray(4));
    expect(door.words[0]).to.deep.equal([1, -100, -1n, 0, 0x1000, 0x1003, 0x1004n]);
  });

  it('refuses what the kernel would take for something else', () => {
    const door = fakeDoor([]);
    const port = new NativePort(door);
    for (const bad of [1.5, Number.NaN, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n, 'a\0b', 'a\ud800']) {
      expect(() => port.syscall(1, bad), String(bad))
        .to.throw('not an argument for a system call')
        .with.property('code', 'ARGUMENT_INVALID');
    }
    expect(door.words).to.have.length(0);
  });
});
