#!/usr/bin/env node
// Writes src/generated/syscall-numbers.ts: the system calls of the ABIs that @standpipe/syscalls doesn't know, from the
// kernel headers of Debian's linux-libc-dev packages.
//
//   node scripts/generate-syscall-numbers.mjs [DIR]
//
// DIR keeps the downloaded packages; a temporary directory is used, and removed, without it. Needs apt-get, dpkg and
// cpp, and @standpipe/syscalls built. Not part of the build: the result is committed, and changes once or twice a year.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures, findSyscall, syscallNames } from '@standpipe/syscalls';

const cross = (architecture, triplet) => ({
  package: `linux-libc-dev-${architecture}-cross`,
  include: [`usr/${triplet}/include`],
});
const native = { package: 'linux-libc-dev', include: ['usr/include', 'usr/include/x86_64-linux-gnu'] };
const mips = (abi, base) => ({
  ...cross('mips', 'mips-linux-gnu'),
  header: `asm/unistd_${abi}.h`,
  define: [`__NR_Linux=${base}`],
  base,
});

// `base` is added by the kernel's ABI to every number, and left out of the table.
const targets = {
  x86: { ...native, header: 'asm/unistd_32.h' },
  x32: { ...native, header: 'asm/unistd_x32.h', define: ['__X32_SYSCALL_BIT=0'] },
  arm: { ...cross('armhf', 'arm-linux-gnueabihf'), define: ['__ARM_EABI__'] },
  mips: mips('o32', 4000),
  mips64: mips('n64', 5000),
  mips64n32: mips('n32', 6000),
  ppc: { ...cross('powerpc', 'powerpc-linux-gnu'), header: 'asm/unistd_32.h' },
  s390: { ...cross('s390x', 's390x-linux-gnu'), header: 'asm/unistd_32.h' },
  parisc: { ...cross('hppa', 'hppa-linux-gnu'), header: 'asm/unistd_32.h' },
  parisc64: { ...cross('hppa', 'hppa-linux-gnu'), header: 'asm/unistd_64.h' },
  // Debian has no headers for it. Its ABI is the generic one for 64 bits, as x64 has them; fstat and newfstatat came back with Linux 6.11.
  loongarch64: {
    ...native,
    header: 'asm-generic/unistd.h',
    define: ['__x86_64__', '__ARCH_WANT_NEW_STAT', '__ARCH_WANT_SYS_CLONE', '__ARCH_WANT_SYS_CLONE3'],
  },
  m68k: { ...cross('m68k', 'm68k-linux-gnu'), header: 'asm/unistd_32.h' },
  sh: { ...cross('sh4', 'sh4-linux-gnu'), header: 'asm/unistd_32.h' },
};

// Placeholders of the headers, not calls.
const notCalls = new Set([
  'syscalls',
  'arch_specific_syscall',
  'Linux',
  'Linux_syscalls',
  'SYSCALL_BASE',
  'SYSCALL_MASK',
  'OABI_SYSCALL_BASE',
]);

// From 424 on every architecture uses the same number, so what the headers are too old for is known from x64.
const everywhere = syscallNames('x64').filter((name) => findSyscall(name, 'x64') >= 424);
// Those that an architecture has only when it wants to.
const optional = new Set(['clone3', 'memfd_secret']);

const keep = process.argv[2];
const dir = keep ?? mkdtempSync(join(tmpdir(), 'syscall-headers-'));
mkdirSync(dir, { recursive: true });
try {
  const tables = {};
  for (const [abi, target] of Object.entries(targets)) tables[abi] = readTable(abi, target);
  writeFileSync(new URL('../src/generated/syscall-numbers.ts', import.meta.url), render(tables));
} finally {
  if (keep === undefined) rmSync(dir, { recursive: true, force: true });
}

function readTable(abi, target) {
  const root = join(dir, target.package);
  if (!existsSync(root)) {
    if (!readdirSync(dir).some((name) => name.startsWith(`${target.package}_`))) {
      execFileSync('apt-get', ['download', '-q', target.package], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    const deb = readdirSync(dir).find((name) => name.startsWith(`${target.package}_`));
    execFileSync('dpkg', ['-x', join(dir, deb), root]);
  }
  const macros = execFileSync(
    'cpp',
    [
      '-dM',
      '-undef',
      '-nostdinc',
      ...target.include.map((path) => `-I${join(root, path)}`),
      ...(target.define ?? []).map((name) => `-D${name}`),
      '-',
    ],
    { input: `#include <${target.header ?? 'asm/unistd.h'}>\n`, encoding: 'utf8' },
  );
  const values = new Map([...macros.matchAll(/^#define (\w+) (.+)$/gm)].map((match) => [match[1], match[2]]));
  const table = new Map();
  const base = target.base ?? 0;
  for (const macro of values.keys()) {
    const name = /^__NR_(\w+)$/.exec(macro)?.[1];
    if (name === undefined || notCalls.has(name) || /^(O32|64|N32)_|^(reserved|unused)\d+$/.test(name)) continue;
    table.set(name, evaluate(values, macro) - base);
  }
  if (table.size < 250) throw new Error(`${abi}: only ${table.size} calls`);
  for (const name of everywhere) {
    const number = findSyscall(name, 'x64');
    const known = table.get(name);
    if (known !== undefined && known !== number) throw new Error(`${abi}: ${name} is ${known}, not ${number}`);
    if (known === undefined && !optional.has(name)) table.set(name, number);
  }
  for (const [name, number] of table) if (number < 0 || number >= 36 * 36) throw new Error(`${abi}: ${name} is ${number}`);
  return table;
}

function evaluate(values, expression) {
  const expanded = expression.replace(/[A-Za-z_]\w*/g, (name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${name} has no value`);
    return `(${evaluate(values, value)})`;
  });
  const sum = expanded.replaceAll(/[()\s]/g, '');
  if (!/^\d+(\+\d+)*$/.test(sum)) throw new Error(`not a number: ${expression} (${expanded})`);
  return sum.split('+').reduce((total, term) => total + Number(term), 0);
}

function render(tables) {
  const known = architectures.flatMap((arch) => syscallNames(arch));
  const names = [...new Set([...known, ...Object.values(tables).flatMap((table) => [...table.keys()])])].sort();
  const column = (table) => names.map((name) => (table.has(name) ? table.get(name).toString(36).padStart(2, '0') : '--')).join('');
  return `// Written by scripts/generate-syscall-numbers.mjs. Do not edit.

/** Every system call name of any ABI, sorted, separated by a space. */
export const names: string =
${wrap(names.join(' '), 120)};

/** Two base-36 digits for each of \`names\`; \`--\` where the ABI lacks the call. */
export const numbers = {
${Object.entries(tables)
  .map(([abi, table]) => `  ${abi}:\n${wrap(column(table), 120, 4)},`)
  .join('\n')}
} as const;
`;
}

function wrap(text, width, indent = 2) {
  const lines = [];
  for (let at = 0; at < text.length;) {
    // After a blank where there is one, so that a name is never cut.
    const blank = at + width < text.length ? text.lastIndexOf(' ', at + width) + 1 : 0;
    const end = blank > at ? blank : at + width;
    lines.push(`${' '.repeat(indent)}'${text.slice(at, end)}'`);
    at = end;
  }
  return lines.join(' +\n');
}
