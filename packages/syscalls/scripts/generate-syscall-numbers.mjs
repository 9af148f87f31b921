#!/usr/bin/env node
// Writes src/generated/syscall-numbers.ts from the kernel headers of Debian's linux-libc-dev packages.
//
//   node scripts/generate-syscall-numbers.mjs [DIR]
//
// DIR keeps the downloaded packages; a temporary directory is used, and removed, without it. Needs apt-get,
// dpkg and cpp. Not part of the build: the result is committed, and changes once or twice a year.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const targets = {
  x64: { package: 'linux-libc-dev', include: 'usr/include', multiarch: 'x86_64-linux-gnu', define: ['__x86_64__', '__LP64__'] },
  arm64: { package: 'linux-libc-dev-arm64-cross', include: 'usr/aarch64-linux-gnu/include', define: ['__aarch64__', '__LP64__'] },
  riscv64: {
    package: 'linux-libc-dev-riscv64-cross',
    include: 'usr/riscv64-linux-gnu/include',
    define: ['__riscv', '__LP64__', '__riscv_xlen=64'],
  },
  ppc64le: { package: 'linux-libc-dev-ppc64el-cross', include: 'usr/powerpc64le-linux-gnu/include', define: ['__powerpc64__', '__LP64__'] },
  s390x: { package: 'linux-libc-dev-s390x-cross', include: 'usr/s390x-linux-gnu/include', define: ['__s390x__', '__LP64__'] },
};

// Newer than the headers. From 424 on every architecture uses the same number.
const everywhere = {
  memfd_secret: 447,
  cachestat: 451,
  fchmodat2: 452,
  map_shadow_stack: 453,
  futex_wake: 454,
  futex_wait: 455,
  futex_requeue: 456,
  statmount: 457,
  listmount: 458,
  lsm_get_self_attr: 459,
  lsm_set_self_attr: 460,
  lsm_list_modules: 461,
  mseal: 462,
  setxattrat: 463,
  getxattrat: 464,
  listxattrat: 465,
  removexattrat: 466,
  open_tree_attr: 467,
  file_getattr: 468,
  file_setattr: 469,
};
const additions = {
  x64: { uretprobe: 335, uprobe: 336 },
  riscv64: { riscv_hwprobe: 258 },
};

// Placeholders of the headers, not calls.
const notCalls = new Set(['syscalls', 'arch_specific_syscall']);

const keep = process.argv[2];
const dir = keep ?? mkdtempSync(join(tmpdir(), 'syscall-headers-'));
mkdirSync(dir, { recursive: true });
try {
  const tables = {};
  for (const [arch, target] of Object.entries(targets)) tables[arch] = readTable(arch, target);
  writeFileSync(new URL('../src/generated/syscall-numbers.ts', import.meta.url), render(tables));
} finally {
  if (keep === undefined) rmSync(dir, { recursive: true, force: true });
}

function readTable(arch, target) {
  const root = join(dir, target.package);
  if (!existsSync(root)) {
    if (!readdirSync(dir).some((name) => name.startsWith(`${target.package}_`))) {
      execFileSync('apt-get', ['download', '-q', target.package], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    const deb = readdirSync(dir).find((name) => name.startsWith(`${target.package}_`));
    execFileSync('dpkg', ['-x', join(dir, deb), root]);
  }
  const include = join(root, target.include);
  const includes = [include, ...(target.multiarch ? [join(include, target.multiarch)] : [])];
  const macros = execFileSync(
    'cpp',
    ['-dM', '-undef', '-nostdinc', ...includes.map((path) => `-I${path}`), ...target.define.map((name) => `-D${name}`), '-'],
    { input: '#include <asm/unistd.h>\n', encoding: 'utf8' },
  );
  const values = new Map([...macros.matchAll(/^#define (__NR\w*) (.+)$/gm)].map((match) => [match[1], match[2]]));
  const table = new Map();
  for (const macro of values.keys()) {
    const name = /^__NR_(\w+)$/.exec(macro)?.[1];
    if (name === undefined || notCalls.has(name)) continue;
    table.set(name, evaluate(values, macro));
  }
  for (const [name, number] of Object.entries({ ...everywhere, ...additions[arch] })) {
    const known = table.get(name);
    if (known !== undefined && known !== number) throw new Error(`${arch}: ${name} is ${known}, not ${number}`);
    table.set(name, number);
  }
  const numbers = new Set(table.values());
  if (numbers.size !== table.size) throw new Error(`${arch}: two names for one number`);
  return table;
}

function evaluate(values, expression) {
  const expanded = expression.replace(/__NR\w*/g, (name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${name} has no value`);
    return `(${evaluate(values, value)})`;
  });
  const sum = expanded.replaceAll(/[()\s]/g, '');
  if (!/^\d+(\+\d+)*$/.test(sum)) throw new Error(`not a number: ${expression} (${expanded})`);
  return sum.split('+').reduce((total, term) => total + Number(term), 0);
}

function render(tables) {
  const names = [...new Set(Object.values(tables).flatMap((table) => [...table.keys()]))].sort();
  const typed = names.filter((name) => tables.x64.has(name) || tables.arm64.has(name));
  const column = (table) => names.map((name) => (table.has(name) ? table.get(name).toString(36).padStart(2, '0') : '--')).join('');
  return `// Written by scripts/generate-syscall-numbers.mjs. Do not edit.

/** Every system call name of the five architectures, sorted, separated by a space. */
export const names: string =
${wrap(names.join(' '), 120)};

/** Two base-36 digits for each of \`names\`; \`--\` where the architecture lacks the call. */
export const numbers = {
${Object.entries(tables)
  .map(([arch, table]) => `  ${arch}:\n${wrap(column(table), 120, 4)},`)
  .join('\n')}
} as const;

/** The names that x64 or arm64 knows. */
export type SyscallName =
${typed.map((name) => `  | '${name}'`).join('\n')};
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
