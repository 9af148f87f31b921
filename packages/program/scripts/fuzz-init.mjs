// Fuzzes init's check and run on this machine: fuzz-init.mjs [PROGRAMS [FIRST]]. See fuzz/harness.c.
//
// The first of the programs are also given to the checker in TypeScript, which must say the same of each.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkProgram, hostInitArch, initId } from '@standpipe/program';
import { corpus } from '../fuzz/corpus.mjs';

const count = Number(process.argv[2] ?? 1_000_000);
const first = Number(process.argv[3] ?? 0);
const compared = Math.min(count, 20_000);

const work = mkdtempSync(join(tmpdir(), 'standpipe-fuzz-'));
try {
  const harness = join(work, 'harness');
  const compiler = build(harness);
  const programs = join(work, 'corpus');
  writeFileSync(programs, corpus());

  await compare(harness, programs);
  const workers = Math.min(availableParallelism(), Math.ceil(count / 10_000));
  const share = Math.ceil(count / workers);
  const started = Date.now();
  const reports = await Promise.all(
    Array.from({ length: workers }, (_, i) =>
      fuzz(harness, [programs, String(first + i * share), String(Math.min(share, count - i * share))]),
    ),
  );
  const sum = (pattern) => reports.reduce((total, report) => total + Number(pattern.exec(report)?.[1]), 0);
  const [total, accepted, steps] = [sum(/^(\d+) programs/), sum(/(\d+) accepted/), sum(/(\d+) steps/)];
  console.log(
    `${total} programs under ${compiler}'s ASan and UBSan in ${Math.round((Date.now() - started) / 1000)} s: ` +
      `${total - accepted} refused, ${accepted} run (${steps} steps); ${compared} judged the same in TypeScript`,
  );
} finally {
  rmSync(work, { recursive: true });
}

function build(harness) {
  const source = fileURLToPath(new URL('../fuzz/harness.c', import.meta.url));
  const flags =
    '-std=gnu11 -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fsanitize-coverage=trace-pc'.split(
      ' ',
    );
  const failures = [];
  for (const compiler of ['clang-14', 'clang', 'gcc', 'cc']) {
    try {
      execFileSync(compiler, [...flags, `-DINIT_ID=0x${initId.toString(16)}UL`, '-o', harness, source], { stdio: 'pipe' });
      return compiler;
    } catch (error) {
      failures.push(`${compiler}: ${String(error.stderr ?? error.message).trim()}`);
    }
  }
  throw new Error(`no compiler builds the harness:\n${failures.join('\n')}`);
}

function start(harness, args) {
  return spawn(harness, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ASAN_OPTIONS: 'abort_on_error=0:detect_leaks=0' } });
}

async function ended(child) {
  const [code, signal] = await new Promise((resolve) => child.once('close', (...result) => resolve(result)));
  if (code !== 0) throw new Error(`the harness found a fault (${signal ?? code}): ${child.spawnargs.join(' ')}`);
}

async function fuzz(harness, args) {
  const child = start(harness, args);
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (report += text));
  await ended(child);
  return report;
}

/** Holds init's check and ours to each other. */
async function compare(harness, programs) {
  const child = start(harness, [programs, String(first), String(compared), 'dump']);
  const end = ended(child);
  let rest = Buffer.alloc(0);
  let number = first;
  for await (const chunk of child.stdout) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 12) {
      const [fileSize, memorySize, faultSize] = [rest.readUInt32LE(0), rest.readUInt32LE(4), rest.readUInt32LE(8)];
      const next = 12 + fileSize + faultSize;
      if (rest.length < next) break;
      const inits = faultSize === 0 ? undefined : rest.toString('utf8', 12 + fileSize, next);
      const ours = checkProgram(rest.subarray(12, 12 + fileSize), { arch: hostInitArch(), initId, memorySize });
      if (ours !== inits) throw new Error(`of program ${number}, init says "${inits ?? 'sound'}" and checkProgram "${ours ?? 'sound'}"`);
      rest = rest.subarray(next);
      number += 1;
    }
  }
  await end;
  if (number - first !== compared) throw new Error(`${compared} programs were to be compared, and ${number - first} came`);
}
