import { linesOf, parseCount, parseFields } from './count.js';
import type { Pressure, PressureStats } from './stats.js';

const none: Pressure = { avg10: 0, avg60: 0, avg300: 0, total: 0 };

/** Parses cpu.pressure, memory.pressure, io.pressure. */
export function parsePressure(text: string | undefined): PressureStats | undefined {
  const lines = new Map(linesOf(text).map((line) => [line.split(' ')[0], line]));
  return lines.size === 0 ? undefined : { some: parseLine(lines.get('some')), full: parseLine(lines.get('full')) };
}

function parseLine(line: string | undefined): Pressure {
  if (line === undefined) return none;
  const fields = parseFields(line);
  const average = (name: string): number => Number(fields.get(name) ?? 0);
  return { avg10: average('avg10'), avg60: average('avg60'), avg300: average('avg300'), total: parseCount(fields.get('total')) };
}
