import { names, numbers } from './generated/syscall-numbers.js';

type Table = keyof typeof numbers;

/** Calls that arm's kernel has beside its table, far above it. */
export const armPrivate: Readonly<Record<string, number>> = {
  breakpoint: 0xf0001,
  cacheflush: 0xf0002,
  usr26: 0xf0003,
  usr32: 0xf0004,
  set_tls: 0xf0005,
  get_tls: 0xf0006,
};

// Decoded on first use: a profile names two or three of them.
const tables: Partial<Record<Table, { readonly byName: ReadonlyMap<string, number>; readonly byNumber: ReadonlyMap<number, string> }>> = {};

function tableOf(table: Table): NonNullable<(typeof tables)[Table]> {
  return (tables[table] ??= decode(table));
}

function decode(table: Table): NonNullable<(typeof tables)[Table]> {
  const byName = new Map<string, number>(table === 'arm' ? Object.entries(armPrivate) : []);
  const column = numbers[table];
  let at = 0;
  for (const name of names.split(' ')) {
    const digits = column.slice(at, (at += 2));
    if (digits !== '--') byName.set(name, Number.parseInt(digits, 36));
  }
  return { byName, byNumber: new Map([...byName].map(([name, nr]) => [nr, name])) };
}

export function findNumber(table: Table, syscall: string): number | undefined {
  return tableOf(table).byName.get(syscall);
}

export function numberName(table: Table, nr: number): string | undefined {
  return tableOf(table).byNumber.get(nr);
}

/** The names of all calls of all ABIs, sorted. */
export function allSyscalls(): string[] {
  return [...names.split(' '), ...Object.keys(armPrivate)];
}

let allNames: ReadonlySet<string> | undefined;

/** Whether any ABI has a call of that name. */
export function isSyscall(name: string): boolean {
  allNames ??= new Set(allSyscalls());
  return allNames.has(name);
}
