// Runs a program under limits, with no container, and shows what it uses:
//
//     limit-a-process [--memory MIB] [--cpus NUMBER] [--pids NUMBER] -- COMMAND [ARGS...]
import { once } from 'node:events';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { type CgroupStats, createCgroup } from '@standpipe/cgroups';

const PERIOD_US = 100_000;
const EVERY_MS = 500;
const MIB = 2 ** 20;

const { values, positionals } = parseArgs({
  options: {
    memory: { type: 'string', default: '64' },
    cpus: { type: 'string', default: '0.5' },
    pids: { type: 'string', default: '20' },
  },
  allowPositionals: true,
});
const [command, ...args] = positionals;
if (command === undefined) throw new Error('which command?');

const limit = Number(values.memory) * MIB;
const resources = {
  memory: { limit, swap: limit },
  cpu: { quota: Math.round(Number(values.cpus) * PERIOD_US), period: PERIOD_US },
  pids: { limit: Number(values.pids) },
};

// Killed and removed at the end of the program, however it ends.
await using cgroup = createCgroup(`/standpipe-limit-${String(process.pid)}`, { resources });
let last = { at: process.hrtime.bigint(), cpu: 0 };

function show({ cpu, memory, pids }: CgroupStats): void {
  const now = { at: process.hrtime.bigint(), cpu: Number(cpu.usage.total) };
  const percent = (100 * (now.cpu - last.cpu)) / Number(now.at - last.at);
  const mib = (Number(memory.usage.usage) / MIB).toFixed(1);
  last = now;
  console.error(`cpu ${percent.toFixed(0)}%  memory ${mib} of ${values.memory} MiB  pids ${String(pids.current)} of ${String(pids.limit)}`);
}

const events = cgroup.events();
const watching = (async (): Promise<void> => {
  for await (const { type } of events) if (type === 'oom-kill') console.error('out of memory: the kernel killed it');
})();
const timer = setInterval(() => {
  show(cgroup.stats());
}, EVERY_MS);

const child = cgroup.spawn(command, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];

clearInterval(timer);
show(cgroup.stats());
events.close();
await watching;
process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
