const units = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Bytes in at most five characters: `512B`, `1.5K`, `64M`. Units go by 1024. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would be rounded to 1024 is one of the next unit.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)}${units[unit] ?? ''}`;
}

export function formatPercent(percent: number): string {
  return percent < 99.95 ? percent.toFixed(1) : percent.toFixed(0);
}

export type BarStyle = 'blocks' | 'ascii';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` characters, filled by a share from 0 to 1. Anything above nothing shows. */
export function bar(share: number, width: number, style: BarStyle): string {
  const filled = Math.min(1, Math.max(0, share)) * width;
  if (style === 'ascii') {
    const count = share > 0 ? Math.max(1, Math.round(filled)) : 0;
    return '#'.repeat(count).padEnd(width, '.');
  }
  const steps = share > 0 ? Math.max(1, Math.round(filled * 8)) : 0;
  return `${'█'.repeat(Math.floor(steps / 8))}${eighths[steps % 8] ?? ''}`.padEnd(width, ' ');
}
