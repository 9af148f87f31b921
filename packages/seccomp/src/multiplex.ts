import type { Condition } from './condition.js';

/** Calls that older ABIs make by way of one other call, whose first argument says which is meant. @man socketcall(2), ipc(2) */
const socketcalls = [
  'socket',
  'bind',
  'connect',
  'listen',
  'accept',
  'getsockname',
  'getpeername',
  'socketpair',
  'send',
  'recv',
  'sendto',
  'recvfrom',
  'shutdown',
  'setsockopt',
  'getsockopt',
  'sendmsg',
  'recvmsg',
  'accept4',
  'recvmmsg',
  'sendmmsg',
];

const ipcs: Readonly<Record<string, number>> = {
  semop: 1,
  semget: 2,
  semctl: 3,
  semtimedop: 4,
  msgsnd: 11,
  msgrcv: 12,
  msgget: 13,
  msgctl: 14,
  shmat: 21,
  shmdt: 22,
  shmget: 23,
  shmctl: 24,
};

export interface Multiplexed {
  readonly multiplexer: 'socketcall' | 'ipc';
  /** What its first argument is. */
  readonly condition: Condition;
}

const table: ReadonlyMap<string, Multiplexed> = new Map<string, Multiplexed>([
  ...socketcalls.map((name, i): [string, Multiplexed] => [
    name,
    {
      multiplexer: 'socketcall',
      condition: { index: 0, op: 'SCMP_CMP_EQ', value: { high: 0, low: i + 1 }, mask: { high: 0xffff_ffff, low: 0xffff_ffff } },
    },
  ]),
  ...Object.entries(ipcs).map(([name, number]): [string, Multiplexed] => [
    name,
    {
      multiplexer: 'ipc',
      // The high bits are a version, and change nothing about which call it is.
      condition: { index: 0, op: 'SCMP_CMP_MASKED_EQ', value: { high: 0, low: number }, mask: { high: 0, low: 0xffff } },
    },
  ]),
]);

/** The call by way of which a call may be made as well, on ABIs that have it. */
export function multiplexedBy(name: string): Multiplexed | undefined {
  return table.get(name);
}
