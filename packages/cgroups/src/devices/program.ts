import { and, assemble, type BpfLabel, type BpfOp, exit, goto, ifAnyBit, load32, move, unlessEqual } from './bpf.js';
import { ACCESS, ANY, type DeviceType } from './rule.js';
import { allowsAll, type DeviceException, type DeviceTable } from './table.js';

/** What cgroup v2 has in place of devices.allow: a program that the kernel asks at each use of a device. */
export interface DeviceProgram {
  /** eBPF instructions, for BPF_PROG_TYPE_CGROUP_DEVICE. */
  readonly instructions: Uint8Array;
  /** It answers yes to everything. */
  readonly allowsAll: boolean;
  /** Where the config asked for it. */
  readonly pointer: string;
}

/** struct bpf_cgroup_dev_ctx: the type in the low half of the first word, the access in the high one. */
const contextField = { accessAndType: 0, major: 4, minor: 8 } as const;
const typeBits: Readonly<Record<DeviceType, number>> = { b: 1, c: 2 };
const TYPE_MASK = 0xffff;
const ACCESS_SHIFT = 16;

const RESULT = 0;
const CONTEXT = 1;
const ACCESS_WORD = 2;
const TYPE = 3;
const MAJOR = 4;
const MINOR = 5;

/** Device numbers have 12 and 20 bits. Larger ones in a rule are of no device. */
const exists = ({ devices: { major, minor } }: DeviceException): boolean => major <= 0xfff && minor <= 0xfffff;

/** Compiles a table: `verdict` as a program. */
export function compileTable(table: DeviceTable, pointer: string): DeviceProgram {
  return { instructions: assemble(opsOf(table)), allowsAll: allowsAll(table), pointer };
}

function opsOf({ allow, exceptions }: DeviceTable): BpfOp[] {
  const list = [...exceptions.values()].filter(exists);
  const answer = (yes: boolean): BpfOp[] => [move(RESULT, yes ? 1 : 0), exit()];
  if (list.length === 0) return answer(allow);

  const ops: BpfOp[] = [
    load32(ACCESS_WORD, CONTEXT, contextField.accessAndType),
    load32(TYPE, CONTEXT, contextField.accessAndType),
    and(TYPE, TYPE_MASK),
    load32(MAJOR, CONTEXT, contextField.major),
    load32(MINOR, CONTEXT, contextField.minor),
  ];
  for (const type of ['c', 'b'] as const) {
    const ofType = list.filter(({ devices }) => devices.type === type);
    if (ofType.length === 0) continue;
    const otherType: BpfLabel = { label: `not ${type}` };
    ops.push(unlessEqual(TYPE, typeBits[type], otherType));
    for (const exception of ofType) {
      const next: BpfLabel = { label: 'next' };
      const tests = testsOf(exception, allow, next);
      ops.push(...tests, ...answer(!allow), next);
      // The verifier refuses what is never reached.
      if (tests.length === 0) break;
    }
    ops.push(otherType);
  }
  return [...ops, ...answer(allow)];
}

/** Goes to `next` when the exception is not for what is asked. */
function testsOf({ devices: { major, minor }, access }: DeviceException, allow: boolean, next: BpfLabel): BpfOp[] {
  const tests: BpfOp[] = [];
  if (major !== ANY) tests.push(unlessEqual(MAJOR, major, next));
  if (minor !== ANY) tests.push(unlessEqual(MINOR, minor, next));
  if (allow) {
    // Any of it is denied.
    const matches: BpfLabel = { label: 'denied' };
    tests.push(ifAnyBit(ACCESS_WORD, access << ACCESS_SHIFT, matches), goto(next), matches);
  } else if (access !== ACCESS.ALL) {
    // All of it must be allowed.
    tests.push(ifAnyBit(ACCESS_WORD, (ACCESS.ALL & ~access) << ACCESS_SHIFT, next));
  }
  return tests;
}
