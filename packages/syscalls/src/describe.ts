import type { SyscallArg } from './port.js';

/** An argument as passed, or one that stands for several, as argv does. */
export type DescribableArg = SyscallArg | readonly string[];

/** A call as strace(1) prints it, without its result. */
export function describeCall(name: string, args: readonly DescribableArg[]): string {
  return `${name}(${args.map((arg) => describeArg(arg)).join(', ')})`;
}

function describeArg(arg: DescribableArg): string {
  if (arg === null) return 'NULL';
  if (typeof arg === 'string') return JSON.stringify(arg);
  if (arg instanceof Uint8Array) return `<${arg.byteLength} bytes>`;
  if (typeof arg === 'object') return `[${arg.map((item) => JSON.stringify(item)).join(', ')}]`;
  return String(arg);
}
