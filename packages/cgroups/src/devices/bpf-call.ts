import { check, type SyscallPort, syscallNumber } from '@standpipe/syscalls';
import { ATTR_SIZE, type BpfAttr } from './bpf-attr.js';

/** What came of a call, and what the kernel wrote where. */
export interface BpfAnswer {
  /** An fd or 0, or the negative errno. */
  readonly result: number;
  readonly attr: Uint8Array;
  /** What the attr's pointers lead to, in their order. */
  readonly pointed: readonly Uint8Array[];
}

/**
 * Calls bpf(2). The attr and what it points at lie in one buffer, so that they live equally long.
 *
 * @man bpf(2)
 */
export function tryBpf(port: SyscallPort, command: number, attr: BpfAttr<Uint8Array>): BpfAnswer {
  const targets = attr.filter((word) => word instanceof Uint8Array);
  const memory = new Uint8Array(targets.reduce((size, { byteLength }) => size + byteLength, ATTR_SIZE));
  const view = new DataView(memory.buffer);
  const base = port.address(memory);
  const pointed: Uint8Array[] = [];
  let end = ATTR_SIZE;
  for (const [index, word] of attr.entries()) {
    if (word instanceof Uint8Array) {
      memory.set(word, end);
      pointed.push(memory.subarray(end, end + word.byteLength));
      view.setBigUint64(8 * index, base + BigInt(end), true);
      end += word.byteLength;
    } else view.setBigUint64(8 * index, word, true);
  }
  const result = port.syscall(syscallNumber('bpf', port.arch), command, memory, ATTR_SIZE);
  return { result, attr: memory.subarray(0, ATTR_SIZE), pointed };
}

/** Calls bpf(2), and throws the SyscallError of what fails, which begins with `message`. */
export function bpf(port: SyscallPort, command: number, attr: BpfAttr<Uint8Array>, message: string): BpfAnswer {
  const answer = tryBpf(port, command, attr);
  check(answer.result, { syscall: 'bpf', args: [command, answer.attr, ATTR_SIZE], message });
  return answer;
}
