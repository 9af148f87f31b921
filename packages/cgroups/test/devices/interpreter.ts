/** What the kernel hands to a device program. */
export interface DeviceContext {
  /** 1 block, 2 character. */
  readonly type: number;
  readonly access: number;
  readonly major: number;
  readonly minor: number;
}

/**
 * Runs the instructions that device programs are made of as the kernel documents them, and throws for what its verifier would refuse: a
 * register that was never written, memory outside the context, a jump out of the program or backwards.
 *
 * Knows nothing of the assembler: it decodes the bytes by itself.
 */
export function interpret(bytes: Uint8Array, context: DeviceContext): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memory = new DataView(new ArrayBuffer(12));
  memory.setUint32(0, (context.type | (context.access << 16)) >>> 0, true);
  memory.setUint32(4, context.major >>> 0, true);
  memory.setUint32(8, context.minor >>> 0, true);

  const registers: (bigint | 'context' | undefined)[] = Array.from({ length: 11 });
  registers[1] = 'context';
  const value = (register: number): bigint => {
    const found = registers[register];
    if (typeof found !== 'bigint') throw new Error(`r${register} holds no number`);
    return found;
  };

  for (let pc = 0; ; pc++) {
    if (pc < 0 || pc * 8 >= bytes.byteLength) throw new Error(`instruction ${pc} is outside of the program`);
    const opcode = view.getUint8(pc * 8);
    const dst = view.getUint8(pc * 8 + 1) & 15;
    const src = view.getUint8(pc * 8 + 1) >> 4;
    const offset = view.getInt16(pc * 8 + 2, true);
    const immediate = BigInt.asUintN(64, BigInt(view.getInt32(pc * 8 + 4, true)));
    const jumpIf = (holds: boolean): void => {
      if (offset < 0) throw new Error(`instruction ${pc} jumps backwards`);
      if (holds) pc += offset;
    };
    switch (opcode) {
      case 0x61: // BPF_LDX | BPF_MEM | BPF_W
        if (registers[src] !== 'context' || offset % 4 !== 0 || offset < 0 || offset > 8)
          throw new Error(`instruction ${pc} reads elsewhere`);
        registers[dst] = BigInt(memory.getUint32(offset, true));
        break;
      case 0xb7: // BPF_ALU64 | BPF_MOV | BPF_K
        registers[dst] = immediate;
        break;
      case 0x57: // BPF_ALU64 | BPF_AND | BPF_K
        registers[dst] = value(dst) & immediate;
        break;
      case 0x05: // BPF_JMP | BPF_JA
        jumpIf(true);
        break;
      case 0x55: // BPF_JMP | BPF_JNE | BPF_K
        jumpIf(value(dst) !== immediate);
        break;
      case 0x45: // BPF_JMP | BPF_JSET | BPF_K
        jumpIf((value(dst) & immediate) !== 0n);
        break;
      case 0x95: // BPF_JMP | BPF_EXIT
        return Number(value(0));
      default:
        throw new Error(`instruction ${pc} is the unknown 0x${opcode.toString(16)}`);
    }
  }
}
