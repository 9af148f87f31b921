import { signalNumber } from '@standpipe/syscalls';
import type { LinkedOp, Program } from '../link.js';
import { label, type SyscallOp, sys } from '../op.js';
import { reg } from '../operand.js';

/**
 * The same program, whose process stops or dies when it is through with op `index` and goes on to the next one: so a
 * test can do to a runtime what may happen to it at any point. Ops behind it are moved up, and all that lead to them
 * are told.
 *
 * The init of a pid namespace can't signal itself. Where a SIGKILL is meant for it, it exits with 137; where a SIGSTOP is,
 * it waits for ever. After a clone both processes get here.
 */
export function stopAfter(program: Program, index: number, signal: 'SIGSTOP' | 'SIGKILL' = 'SIGSTOP'): Program {
  const before = program.ops[index];
  if (before === undefined || index === program.ops.length - 1) throw new RangeError(`no op of the program lies behind ${index}`);
  const inserted = stopOps(signal, index + 1, before);
  const place = (target: number): number => (target > index ? target + inserted.length : target);
  // Going on to the next one leads through the stop; being sent there from elsewhere does not.
  const next = index + 1;
  const ops = program.ops.flatMap((op, at): LinkedOp[] => {
    const moved = { ...op, fail: place(op.fail), jump: place(op.jump) };
    if (at !== index) return [moved];
    return [
      { ...moved, fail: op.undoing && op.fail === next ? next : moved.fail, jump: op.jump === next ? next : moved.jump },
      ...inserted,
    ];
  });
  const sections = program.sections.map(({ name, from, undo, end, to }) => ({
    name,
    from: place(from),
    undo: place(undo),
    end: place(end),
    to: place(to),
  }));
  return { ops, sections };
}

function stopOps(signal: 'SIGSTOP' | 'SIGKILL', first: number, { origin, undoing }: LinkedOp): LinkedOp[] {
  const pid = reg('stopping');
  const say = `stop with ${signal}`;
  const waiting = label('wait for ever');
  const linked = (op: LinkedOp['op'], offset: number, jump = first + offset + 1): LinkedOp => ({
    op,
    origin,
    undoing,
    fail: first + offset + 1,
    jump,
  });
  const call = (name: string, args: SyscallOp['args'], to?: SyscallOp['to']): SyscallOp =>
    sys(name, args, { to, say, unless: { errno: 'any' } });
  const kill = [linked(call('getpid', [], pid), 0), linked(call('kill', [pid, signalNumber(signal) ?? 0]), 1)];
  if (signal === 'SIGKILL') return [...kill, linked(call('exit_group', [137]), 2)];
  // A process that was stopped and then continued goes on behind these; the init of a pid namespace was never stopped.
  return [
    ...kill,
    linked({ op: 'branch', value: pid, mask: -1, test: '!=', against: 1, to: label('went on') }, 2, first + 4),
    linked(sys('ppoll', [null, 0, null, null, 8], { say, unless: { errno: 'any', goto: waiting } }), 3, first + 3),
  ];
}
