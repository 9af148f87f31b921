import type { Spec } from './spec.js';

/** The text of a config.json, two spaces deep. JSON.stringify would fail at the bigints; here they are the integers that they stand for. */
export function formatSpecText(spec: Spec): string {
  return `${format(spec, '')}\n`;
}

function format(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return enclosed(
      '[',
      value.map((entry) => inner + format(entry, inner)),
      `${indent}]`,
    );
  if (typeof value === 'object' && value !== null) {
    const present = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return enclosed(
      '{',
      present.map(([name, entry]) => `${inner}${JSON.stringify(name)}: ${format(entry, inner)}`),
      `${indent}}`,
    );
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function enclosed(open: string, lines: readonly string[], close: string): string {
  return lines.length === 0 ? open + close.trimStart() : `${open}\n${lines.join(',\n')}\n${close}`;
}

/** The same on one line, for programs to read. */
export function compactSpecText(spec: Spec): string {
  try {
    return JSON.stringify(spec);
  } catch {
    // It has a bigint: few have.
    return formatSpecText(spec);
  }
}
